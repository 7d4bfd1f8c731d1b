import * as v from 'valibot'
import { wireVersion } from '../receipt/version.ts'

export const HealthAnswer = v.strictObject({
  status: v.literal('ok'),
  wire: v.literal(wireVersion),
  database: v.picklist(['sqlite', 'postgres']),
})
