import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { freePort } from '../../test/support/free-port.ts'
import { spawnProduct, stopProduct, waitUntilHealthy } from './product-process.ts'

async function spawnScript(script: string) {
  const dataDir = mkdtempSync(join(tmpdir(), 'sandbox-'))
  onTestFinished(() => rmSync(dataDir, { recursive: true }))
  const main = join(dataDir, 'main.mjs')
  writeFileSync(main, script)
  const port = await freePort()
  const child = spawnProduct(main, {
    port,
    dataDir,
    widgetUrl: 'http://localhost:1',
    hostUrl: 'http://127.0.0.1:2',
  })
  return { child, url: `http://127.0.0.1:${port}` }
}

it('the product is ready when its health is 200, gets its settings by environment, and can be stopped', async () => {
  const { child, url } = await spawnScript(`
    import { createServer } from 'node:http'
    let calls = 0
    createServer((req, res) => {
      if (req.url === '/env') res.end(process.env.PODAROK_MOYSKLAD_API + ' ' + process.env.PODAROK_HOST_ORIGINS)
      else res.writeHead(++calls < 3 ? 503 : 200).end()
    }).listen(process.env.PODAROK_PORT, '127.0.0.1')`)
  await waitUntilHealthy(child, url)
  expect(await (await fetch(`${url}/env`)).text()).toBe('http://127.0.0.1:2/api/remap/1.2 http://127.0.0.1:2')
  await stopProduct(child)
  expect(child.signalCode).toBe('SIGTERM')
})

it('a product that ends at start is reported at once', async () => {
  const { child, url } = await spawnScript('process.exit(3)')
  await expect(waitUntilHealthy(child, url)).rejects.toThrow('ended at start (code 3)')
})
