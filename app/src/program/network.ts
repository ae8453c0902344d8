import { readFileSync } from 'node:fs';
import type { Settings } from '../config/settings.ts';
import { ContrailError } from '../errors.ts';
import { say } from './terminal/say.ts';

/** Names of this machine: what runs here is never asked for through a proxy. */
const HERE = 'localhost,127.0.0.1,::1,[::1]';

/** What sends the requests of `fetch`. Source: undici, which Node has it from. */
const DISPATCHER = Symbol.for('undici.globalDispatcher.1');

let restoreProxy: (() => void) | null = null;
let trusted: string | null = null;

/** Whether requests go through a proxy. */
export const isProxied = (): boolean => restoreProxy !== null;

/**
 * Makes every HTTP request of this process, whichever room sends it, go through the proxies of the settings, and trust the
 * authorities in CA_FILE beside the known ones. Only the process as a whole can do this: `fetch` and TLS have one place
 * for it. To call it again with other settings is allowed; an authority stays trusted.
 * Source: Node, `http.setGlobalProxyFromEnv`, `tls.setDefaultCACertificates`.
 * @throws ContrailError `invalid` / `ca-file-unreadable`
 */
export function useNetwork({ httpsProxy, httpProxy, noProxy, caFile }: Settings): void {
  restoreProxy?.();
  restoreProxy = null;
  if (httpsProxy !== null || httpProxy !== null) {
    // Node has it since 24.14; our types are older.
    const { setGlobalProxyFromEnv } = process.getBuiltinModule('node:http') as {
      readonly setGlobalProxyFromEnv?: (environment: Readonly<Record<string, string>>) => () => void;
    };
    if (setGlobalProxyFromEnv === undefined) {
      say(
        `HTTPS_PROXY and HTTP_PROXY need Node 24.14 or later; this is ${process.version}, and asks directly.`,
      );
    } else {
      restoreProxy = setGlobalProxyFromEnv({
        ...(httpsProxy !== null && { HTTPS_PROXY: httpsProxy.reveal() }),
        ...(httpProxy !== null && { HTTP_PROXY: httpProxy.reveal() }),
        NO_PROXY: noProxy === null ? HERE : `${noProxy},${HERE}`,
      });
    }
  }
  if (caFile === null || caFile === trusted) return;
  const tls = process.getBuiltinModule('node:tls');
  if (typeof tls.setDefaultCACertificates !== 'function') {
    say(
      `CA_FILE needs Node 24.5 or later; this is ${process.version}. NODE_EXTRA_CA_CERTS does the same there.`,
    );
    return;
  }
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), ...readCertificates(caFile)]);
  trusted = caFile;
}

/** At the end of the program: lets go of connections that a proxy holds open, which would keep it alive for seconds. */
export async function leaveNetwork(): Promise<void> {
  if (restoreProxy === null) return;
  const dispatcher = (globalThis as { [DISPATCHER]?: { destroy(): Promise<void> } })[DISPATCHER];
  restoreProxy();
  restoreProxy = null;
  await dispatcher?.destroy();
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

function readCertificates(path: string): readonly string[] {
  const unreadable = (found: string, cause?: unknown): ContrailError =>
    new ContrailError(
      'ca-file-unreadable',
      `The authorities in ${path} (CA_FILE) cannot be trusted: ${found}. The file must hold certificates in PEM, as text that begins with -----BEGIN CERTIFICATE-----.`,
      { cause },
    );
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw unreadable(
      `the file cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'unknown'})`,
      cause,
    );
  }
  const found = text.match(CERTIFICATE) ?? [];
  if (found.length === 0) throw unreadable('it has no certificate');
  const { X509Certificate } = process.getBuiltinModule('node:crypto');
  for (const [index, certificate] of found.entries()) {
    try {
      new X509Certificate(certificate);
    } catch (cause) {
      throw unreadable(`certificate ${index + 1} of ${found.length} is damaged`, cause);
    }
  }
  return found;
}
