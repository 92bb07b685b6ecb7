import { exportJWK, generateKeyPair, importJWK, jwtVerify, SignJWT, type JWK } from 'jose'
import type { Db } from '../../ports/db/index.ts'
import type { TokenClaims, Tokens } from '../../ports/tokens.ts'

const algorithm = 'EdDSA'
const issuer = 'thole'
const name = 'token-key'
const cacheSize = 10_000

/** API tokens as EdDSA JWTs, signed with the instance's key, which is made on first use and shared through the database. */
export async function openTokens(db: Db): Promise<Tokens> {
  const stored = (await db.read((r) => r.instance.get(name))) ?? (await db.write(async (w) => w.instance.ensure(name, await newKey())))
  const jwk = JSON.parse(stored) as JWK
  const { d: _, ...publicJwk } = jwk
  const privateKey = await importJWK(jwk, algorithm)
  const publicKey = await importJWK(publicJwk, algorithm)
  const verified = new Map<string, TokenClaims>()

  return {
    mint: ({ id, accountId, scopes }, issued) =>
      new SignJWT({ scope: scopes.join(' ') })
        .setProtectedHeader({ alg: algorithm, typ: 'JWT', kid: jwk.kid })
        .setIssuer(issuer)
        .setSubject(accountId)
        .setJti(id)
        .setIssuedAt(Math.floor(issued / 1000))
        .sign(privateKey),

    async verify(token) {
      const known = verified.get(token)
      if (known) return known
      if (token.length > 4096) return undefined
      const claims = await jwtVerify(token, publicKey, { issuer, algorithms: [algorithm] }).then(({ payload }) => payload, () => undefined)
      if (!claims?.jti || !claims.sub) return undefined
      const found: TokenClaims = { id: claims.jti, accountId: claims.sub, scopes: String(claims.scope ?? '').split(' ').filter(Boolean) }
      if (verified.size >= cacheSize) verified.delete(verified.keys().next().value!)
      verified.set(token, found)
      return found
    },
  }
}

async function newKey(): Promise<string> {
  const { privateKey } = await generateKeyPair(algorithm, { crv: 'Ed25519', extractable: true })
  return JSON.stringify({ ...(await exportJWK(privateKey)), kid: crypto.randomUUID().slice(0, 8) })
}
