/** Every variable that Thole reads, on one page. `docs/configuration.md` explains each; a test keeps the two equal. */
export const variables = {
  THOLE_HOST: '127.0.0.1',
  THOLE_PORT: '3000',
  THOLE_DATA: './data',
  THOLE_PUBLIC_URL: '',
  THOLE_GATEWAY_HOSTS: 'localhost',
  THOLE_GATEWAY_FETCH: 'false',
  THOLE_GATEWAY_FETCH_TIME: '30',
  THOLE_GATEWAY_FETCH_MEMORY: '268435456',
  THOLE_UNSANDBOXED_HOSTS: '',
  THOLE_DNSLINK_HOSTS: '',
  THOLE_DNSLINKS: '',
  THOLE_DNS: '',
  THOLE_MAX_NAMES: '100000',
  THOLE_MAX_NAMES_PER_ADDRESS: '1000',
  THOLE_NAME_RATE: '60',
  THOLE_DATABASE_URL: '',
  THOLE_BLOCKS: '',
  THOLE_NETWORK: 'local',
  THOLE_SWARM: '',
  THOLE_PEERS: '',
  THOLE_DIAL_PRIVATE: '',
  THOLE_ANNOUNCE: '',
  THOLE_BOOTSTRAP: '',
  THOLE_PROVIDE_RATE: '5',
  THOLE_HTTP_GATEWAYS: '',
  THOLE_ROUTERS: '',
  THOLE_NODE: 'embedded',
  THOLE_REPLICAS: '1',
  THOLE_REPLICAS_CHECK: '3600',
  THOLE_FETCH_DEADLINE: '86400',
  THOLE_PARTIAL_TTL: '2592000',
  THOLE_RECLAIM_GRACE: '86400',
  THOLE_MAX_BODY: '137438953472',
  THOLE_MAX_DAG_BLOCKS: '10000000',
  THOLE_MAX_DAG_BYTES: '35184372088832',
  THOLE_MAX_DAG_DEPTH: '100000',
  THOLE_MIN_FREE: '1073741824',
  THOLE_MAX_WAITING_PINS: '2000000',
  THOLE_RATE_LIMIT: '100000',
  THOLE_FAILED_SIGN_INS: '30',
  THOLE_TRUSTED_PROXIES: '',
  THOLE_DENYLISTS: '',
  THOLE_ABUSE_CONTACT: '',
  THOLE_SCRUB_DAYS: '30',
  THOLE_SCRUB_RATE: '20971520',
  THOLE_ADMIN_EMAIL: '',
  THOLE_ADMIN_PASSWORD: '',
  THOLE_LOG: 'info',
} as const

export type VariableName = keyof typeof variables
export type Env = Record<VariableName, string>

/** The variables with their defaults. An empty value counts as not set. */
export function readEnv(env: Readonly<Record<string, string | undefined>> = process.env): Env {
  const entries = Object.entries(variables).map(([name, fallback]) => [name, env[name]?.trim() || fallback])
  return Object.fromEntries(entries) as Env
}
