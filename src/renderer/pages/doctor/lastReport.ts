import type { DoctorReport } from '../../../shared/doctor.ts';

/** The last report of this window, so that it is still there after a look at another page. Not kept across a reload. */
export const lastReport: { current: DoctorReport | null } = { current: null };
