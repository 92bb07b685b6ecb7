import type { Home } from './home.ts'

/** What `tholed store check` has to say beside the running server; nothing: all is well. */
export async function checkStore(home: Home): Promise<string[]> {
  const { code, out, err } = await home.command(['store', 'check'])
  return code === 0 ? [] : [`store check ended with ${code}: ${out}${err}`]
}

export async function hasStoreCheck(home: Home): Promise<boolean> {
  const { out, err } = await home.command(['help'])
  return `${out}${err}`.includes('store check')
}
