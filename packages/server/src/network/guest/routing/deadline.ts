/** Aborts after so long, unless it is disposed of before: `AbortSignal.timeout` would keep all that listened until then. */
export function deadline(ms: number): Disposable & { signal: AbortSignal } {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(new DOMException('It took too long', 'TimeoutError')), ms)
  return { signal: controller.signal, [Symbol.dispose]: () => clearTimeout(timer) }
}
