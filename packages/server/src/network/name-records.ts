import type { FoundRecords, NameRouting } from '../ports/name-routing.ts'
import type { AnnounceResult } from '../ports/network.ts'
import { u32 } from './pipe/bodies.ts'
import type { Channel } from './pipe/channel.ts'
import { kinds } from './pipe/frames.ts'
import type { RecordsFrame, RecordToldFrame } from './pipe/frames.ts'

/** Questions about records of names that the network process works on. */
export interface NameQuestions extends NameRouting {
  onFound(frame: RecordsFrame): void
  onTold(frame: RecordToldFrame): void
  /** The process is gone, and what it was asked with it. */
  interrupted(): void
}

type Off = { state: 'off'; reason: string }

/** `channel`: to the process that is ready, if any. `off`: why nobody is asked with this configuration. */
export function nameQuestions(channel: () => Channel | undefined, off?: string): NameQuestions {
  const finding = questions<FoundRecords>()
  const telling = questions<AnnounceResult>()

  function whyNot(signal: AbortSignal): Off | undefined {
    if (off !== undefined) return { state: 'off', reason: off }
    return signal.aborted || channel() === undefined ? restarting : undefined
  }

  return {
    async find(name, signal) {
      return whyNot(signal) ?? finding.ask(signal, (id) => channel()?.send(kinds.findRecords, u32(id), name))
    },
    async publish(name, record, signal) {
      return whyNot(signal) ?? telling.ask(signal, (id) => channel()?.send(kinds.tellRecord, u32(id, name.length), name, record))
    },
    onFound({ question, found }) {
      const records = found.state === 'found' ? { ...found, records: found.records.map((text) => Uint8Array.from(Buffer.from(text, 'base64'))) } : found
      finding.answer(question, records)
    },
    onTold: ({ question, result }) => telling.answer(question, result),
    interrupted() {
      finding.end()
      telling.end()
    },
  }
}

const restarting: Off = { state: 'off', reason: 'the network process is being restarted' }
const stopped: Off = { state: 'off', reason: 'it was stopped' }

/** Open questions of one kind, by number. */
function questions<T>() {
  const open = new Map<number, (answer: T | Off) => void>()
  let last = 0
  return {
    ask(signal: AbortSignal, send: (id: number) => void): Promise<T | Off> {
      const id = ++last
      return new Promise((resolve) => {
        const abort = () => settle(stopped)
        const settle = (answer: T | Off) => {
          open.delete(id)
          signal.removeEventListener('abort', abort)
          resolve(answer)
        }
        signal.addEventListener('abort', abort)
        open.set(id, settle)
        send(id)
      })
    },
    answer: (id: number, answer: T) => open.get(id)?.(answer),
    end() {
      for (const settle of open.values()) settle(restarting)
    },
  }
}
