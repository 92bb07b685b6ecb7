import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

// Compiled code is kept beside the packages: the second start takes a fraction of the first. For what is imported after this.
enableCompileCache(join(import.meta.dirname, '../../../../node_modules/.cache/thole'))
