/**
 * Loaded before the compliance suite (`node --import`), which runs as it was published. Three things around it are put right:
 * functions that Node took away, a file that it would fetch from the internet, and contents that nobody could know beforehand.
 */
import { EventEmitter } from 'node:events'
import { createReadStream } from 'node:fs'
import https from 'node:https'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import util from 'node:util'

restoreTypeChecks()
serveSpecification()
foretellContents()

/** Node 23 removed the `util.is*` that a library of the suite calls; without them four of its nine checks vanish. */
function restoreTypeChecks() {
  const ofType = (/** @type {string} */ type) => (/** @type {unknown} */ value) => typeof value === type
  const checks = {
    isArray: Array.isArray,
    isBoolean: ofType('boolean'),
    isFunction: ofType('function'),
    isNumber: ofType('number'),
    isString: ofType('string'),
    isUndefined: ofType('undefined'),
    isNull: (/** @type {unknown} */ value) => value === null,
    isNullOrUndefined: (/** @type {unknown} */ value) => value === null || value === undefined,
    isObject: (/** @type {unknown} */ value) => typeof value === 'object' && value !== null,
  }
  for (const [name, check] of Object.entries(checks)) if (!(name in util)) Object.assign(util, { [name]: check })
}

/** The specification lies in another package of this folder, equal to tag v1.0.0 in schemas, parameters and paths. */
function serveSpecification() {
  const require = createRequire(import.meta.url)
  const file = join(require.resolve('mock-ipfs-pinning-service/package.json'), '../api/oas-doc.yaml')
  const get = (/** @type {{ hostname?: string }} */ { hostname }) => {
    if (hostname !== 'raw.githubusercontent.com') throw new Error(`nothing leaves this machine, and nothing asks ${hostname}`)
    const request = Object.assign(new EventEmitter(), { setTimeout() {}, abort() {} })
    setImmediate(() => request.emit('response', Object.assign(createReadStream(file), { statusCode: 200, headers: {} })))
    return request
  }
  Object.assign(https, { get })
}

/** Each pin of the suite is the text of `process.hrtime()`, a raw block: "900100,1", then "900100,2", … */
function foretellContents() {
  const { hrtime } = process
  let count = 0
  const counted = (/** @type {[number, number] | undefined} */ since) => (since ? hrtime(since) : [900100, ++count])
  Object.assign(process, { hrtime: Object.assign(counted, { bigint: hrtime.bigint }) })
}
