import { fault } from '../../kernel/faults.ts'
import { checkName } from '../../kernel/names.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Db, Writer } from '../../ports/db/index.ts'
import { actorOf, demand, type Principal } from '../access/index.ts'

/** What an admin settles for the whole instance, on a page. */
export interface InstanceSettings {
  name: string
  /** Which network the server joins when it starts; undefined: nobody chose. A variable that is set wins over it. */
  network?: 'local' | 'public'
  /** Everybody has to show a second factor when they sign in. */
  secondFactor: boolean
}

/** What whoever sets the instance up may settle. */
export type SetupChoices = Partial<Pick<InstanceSettings, 'name' | 'network'>>

export interface Settings {
  /** What people call this server. */
  name(): Promise<string>
  asksForTwo(): Promise<boolean>
  /** For admins. */
  get(principal: Principal): Promise<InstanceSettings>
  /** What is named is changed. Faults SCOPE_MISSING, INVALID_REQUEST. */
  change(principal: Principal, changes: Partial<InstanceSettings>): Promise<InstanceSettings>
  /** The same in the transaction that sets the instance up. */
  choose(w: Writer, changes: SetupChoices): Promise<void>
}

const rows = { name: 'instance-name', network: 'network-mode', secondFactor: 'second-factor' } as const
const defaultName = 'Thole'
const maxName = 60

/** `onChange`: what was looked up lately may be otherwise now. */
export function createSettings({ db, clock, onChange }: { db: Db; clock: Clock; onChange: () => void }): Settings {
  const read = (row: string) => db.read((r) => r.instance.get(row))
  const name = async () => (await read(rows.name)) ?? defaultName
  const asksForTwo = async () => (await read(rows.secondFactor)) === 'required'

  async function all(): Promise<InstanceSettings> {
    const network = await chosenNetwork(db)
    return { name: await name(), ...(network && { network }), secondFactor: await asksForTwo() }
  }

  async function store(w: Writer, changes: Partial<InstanceSettings>): Promise<void> {
    const values = Object.entries({
      [rows.name]: changes.name === undefined ? undefined : checkInstanceName(changes.name),
      [rows.network]: changes.network,
      [rows.secondFactor]: changes.secondFactor === undefined ? undefined : changes.secondFactor ? 'required' : 'optional',
    }).filter((entry): entry is [string, string] => entry[1] !== undefined)
    for (const [row, value] of values) await w.instance.set(row, value)
  }

  return {
    name,
    asksForTwo,
    get(principal) {
      demand(principal, 'admin')
      return all()
    },
    async change(principal, changes) {
      demand(principal, 'admin')
      await db.write(async (w) => {
        await store(w, changes)
        await w.events.insert({ kind: 'settings.changed', actor: actorOf(principal), at: clock.now(), data: { ...changes } })
      })
      onChange()
      return all()
    },
    choose: store,
  }
}

/** What the page says; undefined where nobody chose. */
export async function chosenNetwork(db: Db): Promise<'local' | 'public' | undefined> {
  const chosen = await db.read((r) => r.instance.get(rows.network))
  return chosen === 'local' || chosen === 'public' ? chosen : undefined
}

function checkInstanceName(text: string): string {
  const name = text.trim()
  checkName(name)
  if (name === '' || name.length > maxName || /\p{Cc}/u.test(name)) throw fault('INVALID_REQUEST', { reason: `the name of this server has 1 to ${maxName} characters` })
  return name
}
