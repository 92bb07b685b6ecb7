import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'

/** What a thread of its own runs: copies from the log into the database when it is told to, and answers when it has. */
const connection = new DatabaseSync(workerData as string)
connection.exec('pragma synchronous = normal; pragma wal_autocheckpoint = 0')
const checkpoint = connection.prepare('pragma wal_checkpoint(passive)')

parentPort!.on('message', (word: 'copy' | 'end') => {
  if (word === 'copy') return parentPort!.postMessage(copy())
  connection.close()
  parentPort!.close()
})

function copy(): 'copied' | 'not now' {
  try {
    checkpoint.get()
    return 'copied'
  } catch {
    // As when SQLite does it by itself: the next time is soon.
    return 'not now'
  }
}
