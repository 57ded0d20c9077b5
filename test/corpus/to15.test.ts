import { describeRoute } from './routes.ts';

describeRoute({ from: 18, to: 15 });
