import 'fake-indexeddb/auto'
import { tellMonths } from './tell-months.ts'

tellMonths(0)
