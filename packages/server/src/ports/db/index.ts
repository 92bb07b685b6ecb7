import type { AccessReads, AccessWrites } from './access.ts'
import type { AccountReads, AccountWrites } from './accounts.ts'
import type { AnnouncementReads, AnnouncementWrites } from './announcements.ts'
import type { AuditReads } from './audit.ts'
import type { DagReads, DagWrites } from './dags.ts'
import type { DamageReads, DamageWrites } from './damage.ts'
import type { EventReads, EventWrites, Note } from './events.ts'
import type { FetchReads, FetchWrites } from './fetches.ts'
import type { InstanceReads, InstanceWrites } from './instance.ts'
import type { JobReads, JobWrites } from './jobs.ts'
import type { KeyReads, KeyWrites } from './keys.ts'
import type { LoadReads } from './load.ts'
import type { MemberReads, MemberWrites } from './members.ts'
import type { MembershipReads, MembershipWrites } from './memberships.ts'
import type { MovingReads, MovingWrites } from './moving.ts'
import type { NameReads, NameWrites } from './names.ts'
import type { PinReads, PinWrites } from './pins.ts'
import type { PlanReads, PlanWrites } from './plans.ts'
import type { QuotaReads, QuotaWrites } from './quotas.ts'
import type { RelianceReads, RelianceWrites } from './reliance.ts'
import type { ReplicaReads, ReplicaWrites } from './replicas.ts'
import type { ReportReads, ReportWrites } from './reports.ts'
import type { RootReads, RootWrites } from './roots.ts'
import type { SegmentReads, SegmentWrites } from './segments.ts'
import type {
  IdentityReads, IdentityWrites, LoginTokenReads, LoginTokenWrites, PasskeyReads, PasskeyWrites, TryReads, TryWrites,
} from './sign-in.ts'
import type { TrafficReads, TrafficWrites } from './traffic.ts'
import type { UploadReads, UploadWrites } from './uploads.ts'
import type { UsageReads } from './usage.ts'

export type * from './access.ts'
export type * from './accounts.ts'
export type * from './announcements.ts'
export type * from './audit.ts'
export type * from './dags.ts'
export type * from './damage.ts'
export type * from './events.ts'
export type * from './fetches.ts'
export type * from './instance.ts'
export type * from './jobs.ts'
export type * from './keys.ts'
export type * from './load.ts'
export type * from './members.ts'
export type * from './memberships.ts'
export type * from './moving.ts'
export type * from './names.ts'
export type * from './pins.ts'
export type * from './plans.ts'
export type * from './quotas.ts'
export type * from './reliance.ts'
export type * from './replicas.ts'
export type * from './reports.ts'
export type * from './roots.ts'
export type * from './segments.ts'
export type * from './sign-in.ts'
export type * from './traffic.ts'
export type * from './uploads.ts'
export type * from './usage.ts'

/** What may be asked. Nothing here writes: a function that is handed a Reader cannot change anything. */
export interface Reader {
  readonly accounts: AccountReads
  readonly members: MemberReads
  readonly memberships: MembershipReads
  readonly identities: IdentityReads
  readonly passkeys: PasskeyReads
  readonly loginTokens: LoginTokenReads
  readonly tries: TryReads
  readonly keys: KeyReads
  readonly access: AccessReads
  readonly dags: DagReads
  readonly uploads: UploadReads
  readonly roots: RootReads
  readonly usage: UsageReads
  readonly plans: PlanReads
  readonly load: LoadReads
  readonly quotas: QuotaReads
  readonly traffic: TrafficReads
  readonly pins: PinReads
  readonly jobs: JobReads
  readonly instance: InstanceReads
  readonly damage: DamageReads
  readonly fetches: FetchReads
  readonly segments: SegmentReads
  readonly reliance: RelianceReads
  readonly announcements: AnnouncementReads
  readonly names: NameReads
  readonly replicas: ReplicaReads
  readonly reports: ReportReads
  readonly audit: AuditReads
  readonly events: EventReads
  readonly moving: MovingReads
}

/** What may be changed, inside of one transaction. */
export interface Writer {
  readonly accounts: AccountReads & AccountWrites
  readonly members: MemberReads & MemberWrites
  readonly memberships: MembershipReads & MembershipWrites
  readonly identities: IdentityReads & IdentityWrites
  readonly load: LoadReads
  readonly passkeys: PasskeyReads & PasskeyWrites
  readonly loginTokens: LoginTokenReads & LoginTokenWrites
  readonly tries: TryReads & TryWrites
  readonly keys: KeyReads & KeyWrites
  readonly access: AccessReads & AccessWrites
  readonly dags: DagReads & DagWrites
  readonly uploads: UploadReads & UploadWrites
  readonly roots: RootReads & RootWrites
  readonly usage: UsageReads
  readonly plans: PlanReads & PlanWrites
  readonly quotas: QuotaReads & QuotaWrites
  readonly traffic: TrafficReads & TrafficWrites
  readonly pins: PinReads & PinWrites
  readonly jobs: JobReads & JobWrites
  readonly instance: InstanceReads & InstanceWrites
  readonly damage: DamageReads & DamageWrites
  readonly fetches: FetchReads & FetchWrites
  readonly segments: SegmentReads & SegmentWrites
  readonly reliance: RelianceReads & RelianceWrites
  readonly announcements: AnnouncementReads & AnnouncementWrites
  readonly names: NameReads & NameWrites
  readonly replicas: ReplicaReads & ReplicaWrites
  readonly reports: ReportReads & ReportWrites
  readonly audit: AuditReads
  readonly events: EventReads & EventWrites
  readonly moving: MovingReads & MovingWrites
}

/** The data as it was at one moment. */
export interface Snapshot extends AsyncDisposable {
  readonly reader: Reader
}

/**
 * The database: SQLite or PostgreSQL, same schema, same queries. Times are integer milliseconds since the epoch,
 * ids are text, a DAG is named by the canonical text of its root (CIDv1, base32).
 */
export interface Db {
  readonly kind: 'sqlite' | 'postgres'
  /** Grows with every write of this process, before `write` resolves: what was read at another count may be stale. */
  readonly commits: number
  /** Runs queries on committed data. Never waits for a writer, but for what it may have seen to be durable. */
  read<T>(fn: (reader: Reader) => Promise<T>): Promise<T>
  /** As `read`, and may tell what a power cut at this moment takes back: for what a transaction of the caller goes by, and nobody is told. */
  peek<T>(fn: (reader: Reader) => Promise<T>): Promise<T>
  /** One transaction: committed and durable when it resolves, rolled back when `fn` throws. `fn` does no other I/O. */
  write<T>(fn: (writer: Writer) => Promise<T>): Promise<T>
  /** The data as it is when this is first read, whatever is written meanwhile. Not for long: until then nothing that is replaced gives its room back. */
  snapshot(): Promise<Snapshot>
  /** Brings the schema up to date; safe to run from several processes. Returns the names of what was applied. */
  migrate(): Promise<string[]>
  /** Names of what `migrate` would apply; changes nothing. Fault CONFLICT where a newer Thole made the schema. */
  pending(): Promise<string[]>
  /** Calls back soon after any process has enqueued a job (a hint: the queue also polls). Returns how to stop. */
  onJob(listener: () => void): () => void
  /** Calls back with what transactions of this process noted (`events.note`), after the commit of each. Returns how to stop. */
  onNote(listener: (notes: readonly Note[]) => void): () => void
  /** Of SQLite: writes the data as it is now into a new file, beside whatever reads and writes meanwhile. */
  copyTo?(file: string): Promise<void>
  close(): Promise<void>
}
