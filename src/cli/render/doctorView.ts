import type { DoctorState } from '../../shared/doctor.ts';
import type { ReportLook } from '../../shared/texts/doctorText.ts';
import { type Look, painted, stateMark } from './marks.ts';

/** How a report of the doctor looks on a terminal. The word stands beside the symbol unless all is well. */
export function doctorLook(look: Look): ReportLook {
  const { t, colors } = look;
  return {
    mark: (state: DoctorState) =>
      painted(stateMark(state, state === 'ok' ? '' : t(`doctor.state.${state}`), look)),
    title: (text) => colors.bold(text),
    label: (text) => colors.dim(text),
  };
}
