import type { Stage } from './stage.ts';

/** How somebody signs in at a database. */
export interface SignIn {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
}

/** From nothing to the first copy: the pages before there is anything, and each step of the set-up. */
export async function firstSights(stage: Stage, central: SignIn, branch: SignIn): Promise<void> {
  const { page, t, go, look, button } = stage;
  await empty(stage, 'before');
  await go('/setup');
  await button(t('setupPage.begin')).waitFor();
  await look('setup-welcome');
  await button(t('setupPage.begin')).click();
  await fill(stage, central);
  await look('setup-central');
  await button(t('setupPage.testAndGoOn')).click();
  await page.getByRole('heading', { name: t('setupPage.step.branch.title') }).waitFor();
  await page.getByLabel(t('branchesPage.field.label')).fill('Lampung');
  await fill(stage, branch);
  await page.getByLabel(t('branchesPage.field.schema'), { exact: true }).fill('adempiere');
  await look('setup-branch');
  await button(t('setupPage.testAndGoOn')).click();
  await page.getByText('ad_message_trl').first().waitFor();
  await look('setup-tables');
  await button(t('setupPage.goOn')).click();
  await page.getByRole('heading', { name: t('setupPage.step.schedule.title') }).waitFor();
  await look('setup-schedule');
  await empty(stage, 'nothing-yet');
  await go('/setup');
  await button(t('setupPage.goOn')).click();
  await page.getByRole('heading', { name: t('setupPage.step.schedule.title') }).waitFor();
  await button(t('setupPage.goOn')).click();
  await button(t('setupPage.start')).waitFor();
  await look('setup-first');
  await button(t('setupPage.start')).click();
  await page.getByRole('link', { name: t('setupPage.toToday') }).waitFor();
  await look('setup-done');
}

async function fill({ page, t }: Stage, { host, port, database, user, password }: SignIn): Promise<void> {
  await page.getByLabel(t('branchesPage.field.host')).fill(host);
  await page.getByLabel(t('branchesPage.field.port')).fill(String(port));
  await page.getByLabel(t('branchesPage.field.database')).fill(database);
  await page.getByLabel(t('branchesPage.field.user')).fill(user);
  await page.getByLabel(t('branchesPage.field.password'), { exact: true }).fill(password);
  await page.getByLabel(t('branchesPage.field.sslmode')).selectOption('prefer');
}

async function empty({ go, look }: Stage, when: string): Promise<void> {
  await go('/');
  await look(`today-${when}`);
  for (const place of ['history', 'tables', 'branches', 'schedules', 'settings']) {
    await go(`/${place}`);
    await look(`${place}-${when}`);
  }
}
