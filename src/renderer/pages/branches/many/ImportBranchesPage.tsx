import { Anchor, Button, FileButton, Group, List, Stack, Text, Textarea } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconFileImport, IconPlayerStop, IconPlugConnected } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'wouter';
import { decodeTable } from '../../../../shared/branchTable.ts';
import { visible } from '../../../../shared/visible.ts';
import type { BranchOutcome, BranchTableView } from '../../../../window-api/views.ts';
import { useCall } from '../../../data/useCall.ts';
import { useCommand } from '../../../data/useCommand.ts';
import { BRANCHES } from '../../../parts/branchesPlace.ts';
import { Page } from '../../../parts/Page.tsx';
import { ErrorAlert } from '../../../parts/Refusals.tsx';
import { useFormat, useT } from '../../../words/LanguageProvider.tsx';
import { allWell, otherSchema } from '../model/testSteps.ts';
import { ImportedBranches } from './ImportedBranches.tsx';
import { ImportList } from './ImportList.tsx';
import { useManyTests } from './useManyTests.ts';

/** About as long as a person rests between pasting and looking. */
const REST_MS = 300;

/** Many branches from a table: pasted or from a file, seen, tested, and added only when a person says so. */
export function ImportBranchesPage() {
  const t = useT();
  const mayChange = useCall('setup').data?.commands ?? false;
  const [text, setText] = useState('');
  const [table, setTable] = useState<BranchTableView | null>(null);
  const [outcomes, setOutcomes] = useState<readonly BranchOutcome[] | null>(null);
  const reading = useCommand('readBranches', { quiet: true, secret: true });
  const read = (next: string): void => {
    if (next.trim() === '') setTable(null);
    else reading.mutate([next], { onSuccess: setTable });
  };
  const readLater = useDebouncedCallback(read, REST_MS);
  const take = (next: string): void => {
    setText(next);
    setOutcomes(null);
    readLater(next);
  };
  return (
    <Page
      title={t('importBranches.title')}
      above={
        <Anchor component={Link} href={BRANCHES} size="sm">
          {t('branchesPage.back')}
        </Anchor>
      }
    >
      {outcomes !== null && table !== null ? (
        <ImportedBranches outcomes={outcomes} table={table} />
      ) : (
        <Stack gap="md">
          <Textarea
            label={t('importBranches.text')}
            description={t('importBranches.textNote')}
            placeholder={EXAMPLE}
            value={text}
            onChange={({ currentTarget }) => take(currentTarget.value)}
            minRows={4}
            maxRows={6}
            autosize
            spellCheck={false}
            disabled={!mayChange}
            styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', whiteSpace: 'pre' } }}
          />
          <Group gap="xs">
            <FileButton
              accept=".csv,.tsv,.txt,text/csv,text/plain"
              onChange={async (file) => {
                if (file !== null) take(decodeTable(new Uint8Array(await file.arrayBuffer())));
              }}
            >
              {(props) => (
                <Button
                  {...props}
                  variant="default"
                  disabled={!mayChange}
                  leftSection={<IconFileImport size={18} aria-hidden />}
                >
                  {t('importBranches.file')}
                </Button>
              )}
            </FileButton>
            <Text size="sm" c="dimmed">
              {t('importBranches.secretNote')}
            </Text>
          </Group>
          {reading.error !== null && <ErrorAlert error={reading.error} />}
          {table !== null && table.columns === null && (
            <Text role="status" c="var(--branch-bad)">
              {t('importBranches.noHead')}
            </Text>
          )}
          {table !== null && table.columns !== null && (
            // Another text is another list, of which nothing is chosen or tested.
            <Preview key={text} text={text} table={table} onImported={setOutcomes} />
          )}
        </Stack>
      )}
    </Page>
  );
}

/** More would push the list out of sight, in which all are. */
const LISTED = 8;

/** What is wrong, by line and column: in the list below, a long reason does not fit. */
function WrongLines({ branches }: Pick<BranchTableView, 'branches'>) {
  const t = useT();
  const all = branches.flatMap(({ line, problems }) => problems.map((one) => ({ line, ...one })));
  if (all.length === 0) return null;
  return (
    <List size="sm" style={{ overflowWrap: 'anywhere' }}>
      {all.slice(0, LISTED).map(({ line, column, reason }) => (
        <List.Item key={`${line} ${column} ${reason}`}>
          {t('importBranches.lineNumber', { line })}
          {column === null
            ? `: ${visible(reason)}`
            : `, ${t('importBranches.problem', { column, reason: visible(reason) })}`}
        </List.Item>
      ))}
    </List>
  );
}

const EXAMPLE =
  'id;label;host;port;database;user;password;schema\npgsql_bdg;Bandung;10.10.2.5;5432;idempiere;branchline_read;…;adempiere';

function Preview({
  text,
  table,
  onImported,
}: {
  readonly text: string;
  readonly table: BranchTableView;
  readonly onImported: (outcomes: readonly BranchOutcome[]) => void;
}) {
  const t = useT();
  const format = useFormat();
  const tests = useManyTests();
  const importing = useCommand('importBranches', { quiet: true, secret: true });
  const fresh = table.branches.filter(({ state }) => state === 'new');
  const [left, setLeft] = useState<ReadonlySet<number>>(new Set());
  const [schemas, setSchemas] = useState<ReadonlyMap<number, string>>(new Map());
  const chosen = fresh.filter(({ line }) => !left.has(line));
  const lines = (of: typeof fresh) =>
    of.map(({ line }) => {
      const schema = schemas.get(line);
      return schema === undefined ? { line } : { line, schema };
    });
  const resultOf = (line: number) => {
    const progress = tests.of(String(line));
    return progress?.doing === null ? progress.steps : null;
  };
  const failed = chosen.filter(({ line }) => {
    const steps = resultOf(line);
    return steps !== null && !allWell(steps);
  });
  const passed = chosen.filter(({ line }) => allWell(resultOf(line) ?? [])).length;
  const others = failed.flatMap(({ line }) => {
    const other = otherSchema(resultOf(line) ?? []);
    return other === null ? [] : [{ line, schema: other.elsewhere }];
  });
  const wrong = table.branches.filter(({ state }) => state === 'wrong').length;
  const there = table.branches.length - wrong - fresh.length;
  const test = (of: typeof fresh, also: readonly { line: number; schema: string }[] = []): void => {
    const found = new Map(also.map(({ line, schema }) => [line, schema]));
    const tested = lines(of).map((one) => {
      const schema = found.get(one.line);
      return schema === undefined ? one : { line: one.line, schema };
    });
    tests.begin(
      of.map(({ line }) => String(line)),
      { text, lines: tested },
    );
  };
  return (
    <Stack gap="md">
      <Text role="status" fw={600}>
        {t('importBranches.found', {
          fresh: format.count(fresh.length),
          there: format.count(there),
          wrong: format.count(wrong),
        })}
        {passed + failed.length > 0 &&
          ` ${t('importBranches.tested', { passed: format.count(passed), failed: format.count(failed.length) })}`}
      </Text>
      {table.unused.length > 0 && (
        <Text size="sm" c="var(--branch-warn)">
          {t('importBranches.unused', { names: visible(table.unused.join(', ')) })}
        </Text>
      )}
      <WrongLines branches={table.branches} />
      {importing.error !== null && <ErrorAlert error={importing.error} />}
      {tests.error !== null && <ErrorAlert error={tests.error} />}
      <Group gap="xs">
        <Button
          disabled={chosen.length === 0 || tests.testing}
          loading={importing.isPending}
          onClick={() => importing.mutate([text, lines(chosen)], { onSuccess: onImported })}
        >
          {t('importBranches.import', { count: chosen.length, number: format.count(chosen.length) })}
        </Button>
        {tests.testing ? (
          <Button
            variant="default"
            leftSection={<IconPlayerStop size={18} aria-hidden />}
            onClick={tests.stop}
          >
            {t('importBranches.stop')}
          </Button>
        ) : (
          <Button
            variant="default"
            leftSection={<IconPlugConnected size={18} aria-hidden />}
            disabled={chosen.length === 0}
            onClick={() => test(chosen)}
          >
            {t('importBranches.testAll')}
          </Button>
        )}
        {!tests.testing && others.length > 0 && (
          <Button
            variant="default"
            onClick={() => {
              setSchemas(new Map([...schemas, ...others.map(({ line, schema }) => [line, schema] as const)]));
              const again = new Set(others.map(({ line }) => line));
              test(
                chosen.filter(({ line }) => again.has(line)),
                others,
              );
            }}
          >
            {t('importBranches.useSchemas', {
              count: others.length,
              number: format.count(others.length),
              schemas: visible([...new Set(others.map(({ schema }) => schema))].join(', ')),
            })}
          </Button>
        )}
        {!tests.testing && failed.length > 0 && (
          <Button
            variant="default"
            onClick={() => setLeft(new Set([...left, ...failed.map(({ line }) => line)]))}
          >
            {t('importBranches.leaveFailed', { count: failed.length, number: format.count(failed.length) })}
          </Button>
        )}
      </Group>
      <ImportList
        branches={table.branches}
        schemas={schemas}
        isChosen={(line) => !left.has(line)}
        onChoose={(line, on) => {
          const next = new Set(left);
          if (on) next.delete(line);
          else next.add(line);
          setLeft(next);
        }}
        testOf={(line) => tests.of(String(line))}
      />
    </Stack>
  );
}
