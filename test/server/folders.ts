import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A new empty folder of the test that asks for it. */
export const freshFolder = () => mkdtempSync(join(tmpdir(), 'podarok-test-'))
