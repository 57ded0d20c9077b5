import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { KEYCHAIN_SERVICE, KeychainError, type KeychainReason } from './keychain.ts';

/** A request to the keychain. */
export type KeychainQuestion =
  | { readonly operation: 'get' | 'remove'; readonly account: string }
  | { readonly operation: 'set'; readonly account: string; readonly password: string };

/** The password, whether there was one to remove, or nothing. */
type Value = string | boolean | null;
type Answer = { readonly value: Value } | { readonly error: string };

/** The part of the package that is used. */
interface Keyring {
  readonly Entry: new (
    service: string,
    account: string,
    options: { readonly linux: { readonly store: 'secret-service' } },
  ) => {
    getPassword(): string | null;
    setPassword(password: string): void;
    deleteCredential(): boolean;
  };
}

/**
 * Asks the keychain in a separate process, which is killed if it takes too long. In this process, the native
 * module could block everything: it connects synchronously (2 s if the keychain is silent), and a call that
 * waits for a person to unlock a keyring keeps a thread that cannot be ended, so the process could not end
 * either.
 *
 * The password goes through pipes, because other users of the machine can see command lines and sometimes
 * environments.
 *
 * @param env environment in which the keychain is looked for
 * @param ms time after which it counts as silent
 * @throws KeychainError
 */
export async function askKeychain(
  question: KeychainQuestion,
  env: NodeJS.ProcessEnv,
  ms: number,
): Promise<Value> {
  const module = findModule();
  const { NODE_OPTIONS: _, ...inherited } = env;
  const child = spawn(process.execPath, ['-e', `(${answerOne})()`], {
    // Makes Electron's own binary run as Node.
    env: { ...inherited, ELECTRON_RUN_AS_NODE: '1' },
    stdio: ['pipe', 'pipe', 'ignore'],
    windowsHide: true,
  });
  let text = '';
  let silent = false;
  const timer = setTimeout(() => {
    silent = true;
    child.kill('SIGKILL');
  }, ms);
  try {
    await new Promise<void>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', () => resolve());
      child.stdout.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      // If the process has already ended, `close` reports it.
      child.stdin.on('error', () => {});
      child.stdin.end(JSON.stringify({ ...question, module, service: KEYCHAIN_SERVICE }));
    });
  } catch (error) {
    throw new KeychainError('failed', `no process could be started for it: ${String(error)}`);
  } finally {
    clearTimeout(timer);
  }
  if (silent) throw new KeychainError('silent', `no answer within ${ms / 1000} s`);
  return toValue(text);
}

function findModule(): string {
  try {
    return createRequire(import.meta.url).resolve('@napi-rs/keyring');
  } catch {
    throw new KeychainError('absent', 'the package @napi-rs/keyring is not installed');
  }
}

function toValue(text: string): Value {
  // A crash leaves output that is not JSON. It is not quoted, because its contents are unknown.
  if (!text.endsWith('}')) throw new KeychainError('failed', 'the process that asked it has ended');
  const answer = JSON.parse(text) as Answer;
  if ('value' in answer) return answer.value;
  throw new KeychainError(reasonOf(answer.error), answer.error);
}

/** Matches messages of keyring-rs, libdbus and Node's loader, which are never translated. */
const REASONS: readonly { readonly words: RegExp; readonly reason: KeychainReason }[] = [
  { words: /prompt was dismissed|locked|unlock/i, reason: 'locked' },
  { words: /did not receive a reply|timed? ?out/i, reason: 'silent' },
  { words: /DBus error|no result found|Cannot find (?:module|native binding)|dlopen/i, reason: 'absent' },
];

function reasonOf(message: string): KeychainReason {
  return REASONS.find(({ words }) => words.test(message))?.reason ?? 'failed';
}

/**
 * The code of that process. It is sent there as text, so it must not use anything else of this file.
 *
 * On Linux the module would fall back to the kernel's keyring, which is lost at the next reboot. So it is
 * told to use the Secret Service or nothing.
 */
function answerOne(): void {
  let text = '';
  process.stdin.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  process.stdin.on('end', () => {
    const asked: { module: string; service: string } & KeychainQuestion = JSON.parse(text);
    const ask = (): Value => {
      const { Entry }: Keyring = Reflect.get(globalThis, 'require')(asked.module);
      const entry = new Entry(asked.service, asked.account, { linux: { store: 'secret-service' } });
      if ('password' in asked) {
        entry.setPassword(asked.password);
        return null;
      }
      return asked.operation === 'get' ? entry.getPassword() : entry.deleteCredential();
    };
    let answer: Answer;
    try {
      answer = { value: ask() };
    } catch (error) {
      answer = { error: error instanceof Error ? error.message : String(error) };
    }
    process.stdout.write(JSON.stringify(answer));
  });
}
