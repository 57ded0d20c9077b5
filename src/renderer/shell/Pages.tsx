import { Route, Switch } from 'wouter';
import { BatchPage } from '../pages/batch/BatchPage.tsx';
import { ConnectionsPage } from '../pages/connections/ConnectionsPage.tsx';
import { HistoryPage } from '../pages/history/HistoryPage.tsx';
import { SchedulesPage } from '../pages/schedules/SchedulesPage.tsx';
import { SettingsPage } from '../pages/settings/SettingsPage.tsx';
import { SetupPage } from '../pages/setup/SetupPage.tsx';
import { TablesPage } from '../pages/tables/TablesPage.tsx';
import { TodayPage } from '../pages/today/TodayPage.tsx';

/** Which page an address means. An address that means none is Today. */
export function Pages() {
  return (
    <Switch>
      <Route path="/history" component={HistoryPage} />
      <Route path="/batch/:id">{({ id }) => <BatchPage key={id} batchId={id} />}</Route>
      <Route path="/tables">{() => <TablesPage />}</Route>
      <Route path="/tables/:connection/:table">
        {({ connection, table }) => <TablesPage chosen={{ connection, table }} />}
      </Route>
      <Route path="/connections" component={ConnectionsPage} />
      <Route path="/schedules" component={SchedulesPage} />
      <Route path="/settings" component={SettingsPage} />
      <Route path="/setup" component={SetupPage} />
      <Route component={TodayPage} />
    </Switch>
  );
}
