import {
  IconShieldCheck,
  IconShieldExclamation,
  IconShieldOff,
  IconShieldQuestion,
  IconShieldX,
} from '@tabler/icons-react';
import type { VerifiedRow } from '../../../shared/verify.ts';
import cells from '../../parts/Cells.module.css';
import marks from '../../parts/StatusMark.module.css';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { type Proof, proofWords } from './proof.ts';

/** By shape as well as by colour; see StatusMark. */
const SHAPES = {
  equal: { icon: IconShieldCheck, look: 'good' },
  repaired: { icon: IconShieldCheck, look: 'good' },
  behind: { icon: IconShieldExclamation, look: 'warn' },
  differs: { icon: IconShieldX, look: 'bad' },
  not_compared: { icon: IconShieldOff, look: 'quiet' },
  failed: { icon: IconShieldX, look: 'bad' },
  copied_since: { icon: IconShieldQuestion, look: 'quiet' },
  never: { icon: IconShieldQuestion, look: 'quiet' },
} as const satisfies Readonly<Record<Proof, unknown>>;

/** Whether a table is proved to be the same at both ends, as shape, colour and words. */
export function ProofMark({ verified }: { readonly verified: VerifiedRow | null }) {
  const { proof, main, more } = proofWords(verified, useT(), useFormat());
  const { icon: Icon, look } = SHAPES[proof];
  return (
    <>
      <span className={`${marks.mark} ${marks[look]}`}>
        <Icon size={18} stroke={1.8} aria-hidden />
        <span className={cells.clipped} title={main}>
          {main}
        </span>
      </span>
      {more !== null && (
        <span className={cells.less} title={more}>
          {more}
        </span>
      )}
    </>
  );
}
