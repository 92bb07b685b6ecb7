import { createTransport } from 'nodemailer'
import type { Config } from '../../config/config.ts'
import { count } from '../../kernel/words.ts'
import type { NetworkStatus } from '../../ports/network.ts'
import { bad, ok, warn, wordsOf, type Finding } from './finding.ts'

/** Milliseconds that another server has to answer. */
const patience = 5_000

/** Peers, the address at which people come, and the services that the configuration names; nobody else is asked. `status`: of a server that runs. */
export async function* examineReach(config: Config, status?: NetworkStatus): AsyncGenerator<Finding> {
  if (status) yield network(config, status)
  yield* address(config, status !== undefined)
  const { mail, oidc, gitHub } = config.people
  if (mail) yield await smtp(mail.url)
  if (oidc) yield await answers('OIDC', `${oidc.issuer}/.well-known/openid-configuration`, 'see THOLE_OIDC_ISSUER, and whether this machine may reach it')
  if (gitHub) yield await answers('GitHub', gitHub.url, 'see THOLE_GITHUB_URL, and whether this machine may reach it')
}

function network({ network: { mode } }: Config, { state, addresses, peers, arrivals, restarts }: NetworkStatus): Finding {
  if (mode === 'none') return ok('network', 'none, as THOLE_NETWORK says')
  if (state !== 'running') return bad('network', `its process is ${state} (started again ${count(restarts, 'time')})`, 'see in the log why; THOLE_SWARM may name a port that something else has')
  const words = `${mode}, ${count(peers, 'peer')}, ${count(addresses.length, 'address', 'addresses')}`
  if (mode === 'public' && addresses.every((one) => isPrivate(one))) return warn('network', `${words}, none of which the public can dial`, 'set THOLE_ANNOUNCE to the public address, and let the port of THOLE_SWARM through')
  if (mode === 'public' && arrivals === 0) return warn('network', `${words}; no peer has dialled this server since it started`, 'see that the port of THOLE_SWARM is open from outside')
  return ok('network', words)
}

function isPrivate(address: string): boolean {
  return /^\/ip4\/(127|10|192\.168|169\.254|172\.(1[6-9]|2\d|3[01]))\.|^\/ip6\/(::1|f[cde])/.test(address)
}

async function* address({ http: { publicUrl, host }, limits }: Config, runs: boolean): AsyncGenerator<Finding> {
  const isLoopback = /^(127\.|localhost$|::1$)/.test(host)
  if (!publicUrl) {
    yield isLoopback ? ok('address', 'for this machine alone') : warn('address', `it listens on ${host} without TLS in front`, 'put a proxy with TLS before it (docs/deploying.md) and set THOLE_PUBLIC_URL')
    return
  }
  if (limits.proxies.rules.length === 0) yield warn('proxy', 'THOLE_PUBLIC_URL names a proxy in front, and none is trusted', 'set THOLE_TRUSTED_PROXIES to its address; else all visitors are one to the limits')
  if (runs) yield await answers('public URL', `${publicUrl}/healthz`, 'see that DNS and the proxy lead here, that its certificate is valid, and that this machine may reach its own public address')
}

async function answers(check: string, url: string, help: string): Promise<Finding> {
  try {
    const { status } = await fetch(url, { signal: AbortSignal.timeout(patience), redirect: 'manual' })
    return status < 400 ? ok(check, `${url} answers`) : bad(check, `${url} answers with ${status}`, help)
  } catch (error) {
    return bad(check, `${url} does not answer: ${wordsOf(error)}`, help)
  }
}

async function smtp(url: string): Promise<Finding> {
  // The URL has a password.
  const { host } = new URL(url)
  const transport = createTransport({ url, connectionTimeout: patience, greetingTimeout: patience, socketTimeout: patience })
  try {
    await transport.verify()
    return ok('mail', `${host} takes letters`)
  } catch (error) {
    return bad('mail', `${host}: ${wordsOf(error)}`, 'see THOLE_SMTP_URL: host, port, user, password; smtps:// for port 465')
  } finally {
    transport.close()
  }
}
