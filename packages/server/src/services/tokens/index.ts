import { decodeJwt, exportJWK, generateKeyPair, importJWK, SignJWT, type JWK } from 'jose'
import type { Db } from '../../ports/db/index.ts'
import type { PublicJwk, Tokens } from '../../ports/tokens.ts'

const algorithm = 'EdDSA'
const name = 'token-key'
const maxLength = 4096

/** API tokens as EdDSA JWTs, signed with the instance's key, which is made on first use and shared through the database. `issuer`: where this server is. */
export async function openTokens(db: Db, issuer = 'thole'): Promise<Tokens> {
  const stored = (await db.read((r) => r.instance.get(name))) ?? (await db.write(async (w) => w.instance.ensure(name, await newKey())))
  const jwk = JSON.parse(stored) as JWK
  const privateKey = await importJWK(jwk, algorithm)
  const { kty, crv, x, kid } = jwk
  const publicKeys = [{ kty, crv, x, kid, alg: algorithm, use: 'sig' } as PublicJwk]

  return {
    mint({ id, accountId, scopes, groups, issued, expires }) {
      const token = new SignJWT({ scope: scopes.join(' '), groups: [...groups] })
        .setProtectedHeader({ alg: algorithm, typ: 'JWT', kid })
        .setIssuer(issuer)
        .setSubject(accountId)
        .setJti(id)
        .setIssuedAt(Math.floor(issued / 1000))
      if (expires !== undefined) token.setExpirationTime(Math.floor(expires / 1000))
      return token.sign(privateKey)
    },

    idOf(token) {
      if (token.length > maxLength) return undefined
      try {
        const { jti } = decodeJwt(token)
        return typeof jti === 'string' && /^[\da-f-]{36}$/.test(jti) ? jti : undefined
      } catch {
        return undefined
      }
    },

    publicKeys: () => publicKeys,
  }
}

async function newKey(): Promise<string> {
  const { privateKey } = await generateKeyPair(algorithm, { crv: 'Ed25519', extractable: true })
  return JSON.stringify({ ...(await exportJWK(privateKey)), kid: crypto.randomUUID().slice(0, 8) })
}
