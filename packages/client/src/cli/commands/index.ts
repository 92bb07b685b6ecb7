import type { Command } from '../command.ts'
import { completionCommand } from './completion.ts'
import { exportCommand } from './export.ts'
import { get } from './get.ts'
import { imports } from './import.ts'
import { login, logout } from './login.ts'
import { ls } from './ls.ts'
import { open } from './open.ts'
import { pinAdd, pinLs, pinRm } from './pin.ts'
import { put } from './put.ts'
import { rm } from './rm.ts'
import { status } from './status.ts'
import { whoami } from './whoami.ts'

/** In the order in which they are told. */
export const commands: readonly Command[] = [login, logout, whoami, put, get, ls, rm, status, open, pinAdd, pinLs, pinRm, ...imports, exportCommand, completionCommand(() => commands)]
