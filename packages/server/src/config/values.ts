import { fault } from '../kernel/faults.ts'
import type { Env, VariableName } from './env.ts'

export function list(text: string): string[] {
  return text.split(/[\s,]+/).filter((item) => item !== '')
}

export function integer(env: Env, name: VariableName, min: number, max = Number.MAX_SAFE_INTEGER): number {
  const value = Number(env[name])
  if (!Number.isSafeInteger(value) || value < min || value > max) throw refuse(name, `must be a whole number from ${min} to ${max}`)
  return value
}

export function bool(env: Env, name: VariableName): boolean {
  return oneOf(env, name, ['true', 'false']) === 'true'
}

export function oneOf<T extends string>(env: Env, name: VariableName, values: readonly T[]): T {
  const value = values.find((candidate) => candidate === env[name])
  if (value === undefined) throw refuse(name, `must be one of ${values.join(', ')}`)
  return value
}

export function httpUrls(env: Env, name: VariableName): string[] {
  const urls = list(env[name])
  const isUsable = (url: string) => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol) && !/[?#]/.test(url)
  if (!urls.every(isUsable)) throw refuse(name, 'must be http or https URLs without query, separated by commas')
  return [...new Set(urls.map((url) => url.replace(/\/+$/, '')))]
}

export function httpUrl(env: Env, name: VariableName): string {
  if (!URL.canParse(env[name]) || !/^https?:$/.test(new URL(env[name]).protocol)) throw refuse(name, 'must be an http or https URL')
  return env[name].replace(/\/+$/, '')
}

export function refuse(name: VariableName, reason: string) {
  return fault('INVALID_REQUEST', { reason: `${name} ${reason}` })
}
