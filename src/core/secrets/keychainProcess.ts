import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { KEYCHAIN_SERVICE, KeychainError, type KeychainReason } from './keychain.ts';

/** One question to the keychain. */
export type KeychainQuestion =
  | { readonly operation: 'get' | 'remove'; readonly account: string }
  | { readonly operation: 'set'; readonly account: string; readonly password: string };

/** The password, whether there was one to remove, or nothing. */
type Value = string | boolean | null;
type Answer = { readonly value: Value } | { readonly error: string };

/** What of the package is used. */
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
 * Asks the keychain in a process of its own, which is killed when it takes too long. In this process the native
 * module would hold up everything: it connects to the keychain synchronously (2 s where that is silent), and a call
 * that waits for a person at a locked keyring keeps a thread that cannot be ended, nor can the process then.
 *
 * The password goes through pipes: other people on the machine see command lines and, some, environments.
 *
 * @param env in which the keychain is looked for
 * @param ms after which it counts as silent
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
    // Electron's own binary is Node too, where it is told so.
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
      // One that has ended already says so by itself, on `close`.
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
  // What a crash leaves is no JSON; it is not quoted, since nobody knows what is in it.
  if (!text.endsWith('}')) throw new KeychainError('failed', 'the process that asked it has ended');
  const answer = JSON.parse(text) as Answer;
  if ('value' in answer) return answer.value;
  throw new KeychainError(reasonOf(answer.error), answer.error);
}

/** By the words of keyring-rs, libdbus and Node's loader, which are never translated. */
const REASONS: readonly { readonly words: RegExp; readonly reason: KeychainReason }[] = [
  { words: /prompt was dismissed|locked|unlock/i, reason: 'locked' },
  { words: /did not receive a reply|timed? ?out/i, reason: 'silent' },
  { words: /DBus error|no result found|Cannot find (?:module|native binding)|dlopen/i, reason: 'absent' },
];

function reasonOf(message: string): KeychainReason {
  return REASONS.find(({ words }) => words.test(message))?.reason ?? 'failed';
}

/**
 * What that process does. Its text is sent there, so it stands alone: it may use nothing of this file.
 *
 * On Linux the module falls back to the kernel's keyring, which forgets everything at the next start of the machine.
 * So it is told to use the Secret Service or nothing.
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
