import * as z from 'zod/mini'
import { wireVersion } from '../receipt/receipt.ts'

export const HealthAnswer = z.strictObject({
  status: z.literal('ok'),
  wire: z.literal(wireVersion),
  database: z.enum(['sqlite', 'postgres']),
})
