import type { TestProgress } from '../../../../shared/contract.ts';
import { visible } from '../../../../shared/visible.ts';
import cells from '../../../parts/Cells.module.css';
import { useFormat, useT } from '../../../words/LanguageProvider.tsx';
import { StepMark } from '../form/TestSteps.tsx';
import { allWell, failedStep, hintFor, shownSteps } from '../model/testSteps.ts';
import classes from './TestCell.module.css';

/** A test in one line of a matrix: a mark for each step, and the result. */
export function TestCell({
  progress,
  label,
}: {
  readonly progress: TestProgress | null;
  readonly label: string;
}) {
  const t = useT();
  const format = useFormat();
  if (progress === null) return <span className={cells.less}>{t('branchesPage.notTested')}</span>;
  const { steps, doing } = progress;
  const said = say();
  return (
    <>
      <span className={classes.steps} aria-hidden>
        {shownSteps('source', steps, doing).map(({ step, state }) => (
          <span key={step} title={t(`branchesPage.step.${step}`)}>
            <StepMark state={state} size={16} />
          </span>
        ))}
      </span>
      <span className={cells.less} title={said}>
        {said}
      </span>
    </>
  );

  function say(): string {
    if (doing !== null) return t('branchesPage.testingStep', { step: t(`branchesPage.step.${doing}`) });
    if (allWell(steps)) {
      const tables = Number(steps.find(({ step }) => step === 'read')?.facts.tables ?? 0);
      return t('branchesPage.passedReading', { count: tables, tables: format.count(tables) });
    }
    const failed = failedStep(steps);
    if (failed?.failure == null) return '';
    const { code, params } = failed.failure;
    const { sentence, next } = t.failure({ code, params: { ...params, connection: label } });
    const hint = hintFor({ code, params });
    return visible(`${sentence} ${hint === null ? next : t(`branchesPage.hint.${hint}`)}`);
  }
}
