import { fault, toFault } from '../../kernel/faults.ts'

/** What a store's closing waits for: calls that have not settled, and long work that goes on in steps. */
export class UnderWay {
  readonly #calls = new Set<Promise<unknown>>()
  readonly #steps = new Set<AsyncGenerator>()
  #closing?: Promise<void>

  get isClosing(): boolean {
    return this.#closing !== undefined
  }

  /** Fault SHUTTING_DOWN. */
  demandOpen(): void {
    if (this.#closing) throw fault('SHUTTING_DOWN')
  }

  track<T>(call: Promise<T>): Promise<T> {
    const done = () => this.#calls.delete(call)
    this.#calls.add(call)
    call.then(done, done)
    return call
  }

  /** The same steps, until the store closes or the signal says so. */
  async *trackAll<T>(steps: AsyncGenerator<T>, signal?: AbortSignal): AsyncGenerator<T> {
    this.#steps.add(steps)
    try {
      for (;;) {
        this.demandOpen()
        if (signal?.aborted) throw fault('ABORTED', {}, { cause: signal.reason })
        const step = await steps.next()
        if (step.done) return
        yield step.value
      }
    } catch (error) {
      throw toFault(error)
    } finally {
      await steps.return(undefined)
      this.#steps.delete(steps)
    }
  }

  /** Refuses what comes later, ends long work, waits for the rest, and then lets `release` do its part. */
  close(release: () => Promise<void>): Promise<void> {
    this.#closing ??= this.#close(release)
    return this.#closing
  }

  async #close(release: () => Promise<void>): Promise<void> {
    // Steps see that the store is closing only once this has returned.
    await Promise.resolve()
    await Promise.allSettled(this.#calls)
    await Promise.allSettled([...this.#steps].map((steps) => steps.return(undefined)))
    await release()
  }
}
