import { IconBuildingStore, IconCalendarStats } from '@tabler/icons-react';
import { Route, Switch } from 'wouter';
import { BoardPage } from '../pages/board/BoardPage.tsx';
import { BranchPage } from '../pages/board/BranchPage.tsx';
import { CalendarPage } from '../pages/board/CalendarPage.tsx';
import { Frame, type Place } from './Frame.tsx';

const PLACES = [
  { path: '/', key: 'boardPage.title', icon: IconBuildingStore },
  { path: '/calendar', key: 'boardPage.calendar', icon: IconCalendarStats },
] as const satisfies readonly Place[];

/** Head office's window, whose pages say themselves what is wrong at head office. */
export function OfficeFrame() {
  return (
    <Frame places={PLACES}>
      <Switch>
        <Route path="/branch/:connection">
          {({ connection }) => <BranchPage key={connection} connection={connection} />}
        </Route>
        <Route path="/branch/:connection/:batch">
          {({ connection, batch }) => <BranchPage key={connection} connection={connection} batchId={batch} />}
        </Route>
        <Route path="/calendar" component={CalendarPage} />
        <Route component={BoardPage} />
      </Switch>
    </Frame>
  );
}
