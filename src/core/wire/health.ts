import * as z from 'zod/mini'
import { wireVersion } from '../receipt/version.ts'

export const HealthAnswer = z.strictObject({
  status: z.literal('ok'),
  wire: z.literal(wireVersion),
  database: z.enum(['sqlite', 'postgres']),
})
