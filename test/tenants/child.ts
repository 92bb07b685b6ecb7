import { openApp } from '../../packages/server/src/app/open.ts'
import { parseConfig } from '../../packages/server/src/config/config.ts'
import { readEnv } from '../../packages/server/src/config/env.ts'
import { waysOf } from './ways.ts'

/** A server that tells its parent where it is and every way that its router knows. */
const app = await openApp(parseConfig(readEnv()))
process.send!({ url: app.url, ways: waysOf(app.routes) })
process.once('disconnect', () => void app.close())
