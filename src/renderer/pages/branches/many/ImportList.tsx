import { Checkbox } from '@mantine/core';
import type { TestProgress } from '../../../../shared/contract.ts';
import { visible } from '../../../../shared/visible.ts';
import type { BranchLineView } from '../../../../window-api/views.ts';
import cells from '../../../parts/Cells.module.css';
import { useVirtualRows } from '../../../parts/useVirtualRows.ts';
import { type Column, VirtualTable } from '../../../parts/VirtualTable.tsx';
import { useT } from '../../../words/LanguageProvider.tsx';
import classes from './ImportBranchesPage.module.css';
import { TestCell } from './TestCell.tsx';

const ROW_HEIGHT = 52;
const COLUMNS = ['line', 'branch', 'where', 'result'] as const;

/** The lines of a table, thousands of them: what is wrong with each, or what its test has shown. */
export function ImportList({
  branches,
  schemas,
  isChosen,
  onChoose,
  testOf,
}: {
  readonly branches: readonly BranchLineView[];
  readonly schemas: ReadonlyMap<number, string>;
  readonly isChosen: (line: number) => boolean;
  readonly onChoose: (line: number, on: boolean) => void;
  readonly testOf: (line: number) => TestProgress | null;
}) {
  const t = useT();
  const rows = useVirtualRows(branches.length, ROW_HEIGHT);
  const columns = COLUMNS.map((key): Column => ({ key, head: t(`importBranches.column.${key}`) }));
  return (
    <div className={classes.list}>
      <VirtualTable
        rows={rows}
        label={t('importBranches.list')}
        columns={columns}
        widths="var(--branch-columns)"
        keyOf={(index) => branches[index]?.line ?? index}
      >
        {(index) => {
          const branch = branches[index];
          if (branch === undefined) return null;
          const { line, id, state, hasPassword } = branch;
          const label = visible(branch.label || t('branchesPage.notGiven'));
          const place = visible(`${schemas.get(line) ?? branch.schema} · ${branch.place}`);
          const password = t(hasPassword ? 'importBranches.withPassword' : 'importBranches.withoutPassword');
          return (
            // biome-ignore-start lint/a11y/useSemanticElements: see VirtualTable.
            <>
              <div role="cell">
                <Checkbox
                  size="xs"
                  aria-label={t('importBranches.choose', { name: label, line })}
                  checked={state === 'new' && isChosen(line)}
                  disabled={state !== 'new'}
                  onChange={({ currentTarget: { checked } }) => onChoose(line, checked)}
                />
              </div>
              <div role="cell" className={cells.cell}>
                <b title={label}>{label}</b>
                <span className={cells.less} title={visible(id)}>
                  {visible(id)} · {t('importBranches.lineNumber', { line })}
                </span>
              </div>
              <div role="cell" className={cells.cell}>
                <span title={place}>{place}</span>
                <span className={cells.less}>{password}</span>
              </div>
              <div role="cell" className={cells.cell}>
                {state === 'new' ? (
                  <TestCell progress={testOf(line)} label={label} />
                ) : (
                  <Problem of={branch} />
                )}
              </div>
            </>
            // biome-ignore-end lint/a11y/useSemanticElements: see VirtualTable.
          );
        }}
      </VirtualTable>
    </div>
  );
}

function Problem({ of: { state, problems } }: { readonly of: BranchLineView }) {
  const t = useT();
  if (state === 'exists') return <span className={cells.less}>{t('importBranches.exists')}</span>;
  const said = problems
    .map(({ column, reason }) =>
      column === null ? reason : t('importBranches.problem', { column, reason: visible(reason) }),
    )
    .join('; ');
  return (
    <>
      <span className={classes.wrong}>{t('importBranches.wrong')}</span>
      <span className={cells.less} title={said}>
        {said}
      </span>
    </>
  );
}
