import { expect, test } from 'vitest';
import { ReachGate } from '../../src/service/reachGate.ts';
import { FailureCode, FailureKind } from '../../src/shared/errors.ts';
import { jumpClock } from '../support/jumpClock.ts';

function gone(connection: string | null, kind: FailureKind = FailureKind.Unreachable) {
  const code = connection === null ? FailureCode.CentralUnreachable : FailureCode.SourceUnreachable;
  return { connection, failure: { code, kind, message: 'no answer', params: {} } };
}

function gateAt(start: string) {
  const clock = jumpClock(new Date(start));
  // The longest of each delay.
  return { clock, gate: new ReachGate({ clock, random: () => 1 }) };
}

test('a database that does not answer is asked again after growing delays, at most five minutes', () => {
  const { clock, gate } = gateAt('2026-03-02T08:00:00Z');
  const delays = Array.from({ length: 9 }, () => {
    expect(gate.passes(['a'], gone('a'))).toBe(false);
    const before = clock.now().getTime();
    const at = gate.notBefore(['a']) ?? 0;
    clock.jumpTo(new Date(at));
    return Math.round((at - before) / 1000);
  });
  expect(delays).toEqual([5, 10, 20, 40, 80, 160, 300, 300, 300]);
  expect(Math.round((gate.waiting?.since ?? 0) / 1000)).toBe(Date.parse('2026-03-02T08:00:00Z') / 1000);
});

test('one branch that is down holds up no other, but central holds up all', () => {
  const { gate } = gateAt('2026-03-02T08:00:00Z');
  gate.passes(['a'], gone('a'));
  expect(gate.notBefore(['b'])).toBeNull();
  expect(gate.notBefore(['b', 'A'])).not.toBeNull();
  expect(gate.notBefore(['*'])).not.toBeNull();

  gate.passes(['b'], gone(null));
  expect(gate.notBefore(['b'])).not.toBeNull();
  expect(gate.waiting?.found.connection).toBe('a');

  expect(gate.passes(['b'], null)).toBe(true);
  expect(gate.notBefore(['b'])).toBeNull();
  expect(gate.notBefore(['a'])).not.toBeNull();
});

test('a failure that waiting cannot fix lets work begin, and a database that nobody needs is dropped', () => {
  const { clock, gate } = gateAt('2026-03-02T08:00:00Z');
  expect(gate.passes(['a'], gone('a', FailureKind.Permanent))).toBe(true);
  gate.passes(['a'], gone('a'));
  gate.forgetUnwanted();
  expect(gate.waiting).not.toBeNull();
  clock.jump(6000);
  gate.forgetUnwanted();
  expect(gate.waiting).toBeNull();
});
