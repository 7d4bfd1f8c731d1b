import { SignJWT } from 'jose'
import { APP_SECRET, APP_UID } from '../demo.ts'

export type TokenOverrides = {
  secret?: string
  subject?: string
  issuedAtS?: number
  expiresAtS?: number
  jti?: string | null
}

/** A token as an application signs it for the Vendor API. */
export function appToken(nowMs: number, overrides: TokenOverrides = {}): Promise<string> {
  const jwt = new SignJWT()
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(overrides.subject ?? APP_UID)
    .setIssuedAt(overrides.issuedAtS ?? Math.floor(nowMs / 1000))
  if (overrides.jti !== null) jwt.setJti(overrides.jti ?? crypto.randomUUID())
  if (overrides.expiresAtS !== undefined) jwt.setExpirationTime(overrides.expiresAtS)
  return jwt.sign(new TextEncoder().encode(overrides.secret ?? APP_SECRET))
}
