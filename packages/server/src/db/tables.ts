import type { Generated } from 'kysely'
import type { LoginTokenKind, MemberRole } from '../ports/db/index.ts'

/**
 * The schema, as TypeScript sees it. The same on SQLite and PostgreSQL: ids are text, times are integer milliseconds, truth is
 * 0 or 1, structures are JSON in text.
 */
export interface Tables {
  schema_migration: { name: string; applied: number }
  account: { id: string; email: string; role: 'admin' | 'user'; created: number; suspended: number; last_stamp: number; may_pin: Generated<number>; on_demand: Generated<number>; plan_id: Generated<string | null> }
  api_key: {
    id: string
    account_id: string
    name: string
    scopes: string
    hash: string
    tail: string
    created: number
    last_used: number | null
    revoked: number | null
    expires: number | null
    made_by: string | null
  }
  access_request: {
    id: string
    account_id: string
    asked_by: string
    purpose: string
    amount: string
    link: string
    state: 'open' | 'approved' | 'declined'
    created: number
    decided: number | null
    message: string | null
    seen: number
  }
  dag: {
    cid: string
    state: 'partial' | 'complete' | 'quarantined'
    bytes: number | null
    blocks: number | null
    holders: number
    released: number | null
    visits: number
    visit_bytes: Generated<number>
    last_visit: number | null
    created: number
    completed: number | null
    missing_count: number
    here_bytes: Generated<number>
    here_blocks: Generated<number>
  }
  account_dag: { account_id: string; dag: string; holds: number; since: Generated<number>; parts: Generated<number> }
  account_visit: { dag: string; account_id: string; requests: number; bytes: number; last: number }
  account_usage: { account_id: string; bytes: number; blocks: number; dags: number; byte_hours: Generated<number>; since: Generated<number>; rolled: Generated<number> }
  account_traffic: { account_id: string; hour: number; kind: string; requests: number; sent: number }
  account_stored: { account_id: string; hour: number; byte_hours: number }
  plan: {
    id: string
    name: string
    words: string
    storage_bytes: number | null
    blocks: number | null
    bandwidth_bytes: number | null
    requests: number | null
    requests_per_minute: number | null
    keys: number | null
    in_flight_pins: number | null
    price_gib_month: number
    price_gib_sent: number
    currency: string
  }
  reservation: { id: string; account_id: string; bytes: number; blocks: number; until: number }
  quota_warning: { account_id: string; what: string; level: number; period: number; at: number }
  missing_block: { dag: string; position: number; cid: string; path: string }
  upload: {
    id: string
    account_id: string
    name: string | null
    /** The name that lists show, after `fold`. */
    name_folded: string
    kind: 'file' | 'directory' | 'car' | 'token'
    bytes: number
    created: number
    media_type: string | null
    key_name: string | null
    files: string | null
    blocks: Generated<number>
    block_bytes: Generated<number>
  }
  account_root: { account_id: string; cid: string; dag: string; name: string; created: number; updated: number; uploads: number; upload_id: string }
  account_part: { account_id: string; cid: string; car: string }
  part_list: { upload_id: string; position: number; cid: string }
  upload_root: { upload_id: string; position: number; cid: string; dag: string; name: string | null; unpinned: Generated<number>; warned: Generated<number | null> }
  pin_request: {
    id: string
    account_id: string
    cid: string
    dag: string
    name: string | null
    /** `name` after `fold`. */
    name_folded: string | null
    meta: string | null
    origins: string
    status: 'queued' | 'pinning' | 'pinned' | 'failed'
    reason: string | null
    created: number
    deadline: number
    upload_id: string | null
    /** Given by a trigger: the span that it belongs to, by its `first`, and its place there. */
    span: Generated<number>
    slot: Generated<number>
  }
  /** Kept by triggers. */
  pin_tally: { account_id: string; queued: number; pinning: number; pinned: number; failed: number }
  /** Requests of an account, by `created`: those from `first` on, up to the next span. Kept by triggers. */
  pin_span: {
    account_id: string
    first: number
    /** One character a slot: q, i, p, f, or - where there is none any more. */
    statuses: string
    queued: number
    pinning: number
    pinned: number
    failed: number
    /** Requests that its texts have; 0: it has no texts. */
    sealed: number
  }
  pin_span_text: { account_id: string; first: number; places: string; names: Uint8Array; folded: Uint8Array }
  /**
   * Who of a span has a pair of `meta`: one character a slot. The digest of the pair stands for it: an index entry must be short.
   */
  pin_pair: { account_id: string; digest: string; span: number; slots: string }
  job: {
    id: string
    kind: string
    key: string
    payload: string | null
    attempts: number
    wanted: number
    /** When it may be claimed: for a leased job, when its lease runs out. */
    due_at: number
    /** For a leased job: when it was asked to run again, since it was claimed. */
    again_at: number | null
    owner: string | null
    dead: number
    error: string | null
    lane: string
    rank: number
    deaths: number
  }
  /** `attempts` is a list of PeerAttempt. */
  dag_fetch: {
    dag: string
    reason: string
    blocks: number
    bytes: number
    missing: number
    attempts: string
    tries: number
    next_try: number | null
    updated: number
  }
  announcement: { dag: string; due: number; announced: number | null; tries: number; error: string | null }
  instance: { name: string; value: string }
  abuse_report: { id: string; path: string; kind: 'illegal' | 'copyright' | 'malware' | 'other'; words: string; contact: string | null; created: number }
  damaged_block: { hash: string; cid: string | null; found: number; tries: number; next_try: number; reason: string | null }
  damaged_dag: { dag: string; blocks: number; since: number; stale: number }
  dag_damage: { dag: string; position: number; hash: string; cid: string; path: string }
  dag_replica: {
    dag: string
    state: 'waiting' | 'confirmed' | 'degraded' | 'leaving'
    nodes: string
    wanted: number
    reason: string | null
    since: number
    next_look: number | null
  }
  replica_node: { node: string; peer_id: string }
  ipns_record: { name: string; record: Uint8Array; expires: number; received: number; client: string | null; due: number; tries: number }
  segment: { id: string; bytes: number; blocks: number; live: number; created: number }
  block: { hash: Uint8Array; segment: string; position: number; bytes: number; claimed: number; damaged: number }
  store_process: { id: string; horizon: number; seen: number }
  store_reclaim: { id: number; run: string | null; until: number; cutoff: number }
  event: {
    id: number
    account_id: string | null
    kind: string
    audit: number
    at: number
    actor: 'member' | 'key' | 'system'
    actor_id: string | null
    actor_name: string | null
    data: string
  }
  member: {
    id: string
    email: string
    password: string | null
    verified: number | null
    made_by: 'operator' | 'invitation' | 'sign-up' | 'provider'
    totp: string | null
    /** The last time step of which a code was used. */
    totp_step: number
    created: number
  }
  member_session: {
    hash: string
    id: string
    member_id: string
    account_id: string | null
    created: number
    seen: number
    agent: string | null
    address: string | null
    factors: 1 | 2
  }
  membership: { account_id: string; member_id: string; role: MemberRole; created: number }
  identity: { provider: string; subject: string; member_id: string; email: string; created: number; used: number | null }
  login_token: {
    hash: string
    id: string
    kind: LoginTokenKind
    email: string | null
    member_id: string | null
    account_id: string | null
    role: MemberRole | null
    made_by: string | null
    created: number
    expires: number
  }
  passkey: {
    id: string
    member_id: string
    public_key: string
    counter: number
    transports: string
    name: string
    created: number
    used: number | null
  }
  recovery_code: { hash: string; member_id: string }
  sign_in_try: { digest: string; tries: number; ends: number }
}
