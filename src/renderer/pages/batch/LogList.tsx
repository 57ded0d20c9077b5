import { visibleLines } from '../../../shared/visible.ts';
import { ScrollTable } from '../../parts/ScrollTable.tsx';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import classes from './LogList.module.css';

interface Line {
  readonly id: number;
  readonly at: string;
  readonly text: string;
}

const LINE_HEIGHT = 36;

const WIDTHS = ['13rem', undefined];

/** The lines of an event log, oldest first. */
export function LogList({ lines }: { readonly lines: readonly Line[] }) {
  const t = useT();
  const format = useFormat();
  return (
    <ScrollTable
      label={t('batchPage.tabs.log')}
      rows={lines}
      keyOf={idOf}
      rowHeight={LINE_HEIGHT}
      widths={WIDTHS}
      head={
        <>
          <th scope="col">{t('batchPage.log.at')}</th>
          <th scope="col">{t('batchPage.log.what')}</th>
        </>
      }
    >
      {(line, rowIndex) => (
        <tr aria-rowindex={rowIndex}>
          <td className={classes.at}>{format.dateTime(line.at)}</td>
          <td className={classes.text}>{visibleLines(line.text)}</td>
        </tr>
      )}
    </ScrollTable>
  );
}

function idOf(line: Line): number {
  return line.id;
}
