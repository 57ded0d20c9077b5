import './shell/security.ts';
import '@mantine/core/styles.css';
import '@mantine/charts/styles.css';
import '@mantine/notifications/styles.css';
import './shell/font.css';
import './shell/theme.css';
import './shell/print.css';
import { BranchFrame } from './shell/BranchFrame.tsx';
import { openWindow } from './shell/openWindow.tsx';

openWindow(<BranchFrame />);
