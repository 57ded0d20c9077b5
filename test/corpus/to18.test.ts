import { describeRoute } from './routes.ts';

describeRoute({ from: 15, to: 18 });
