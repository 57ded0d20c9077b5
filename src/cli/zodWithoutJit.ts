import { z } from 'zod';

// zod would compile a function for each schema as it is used first. A command uses most of them once, so that
// this costs more than it saves. Imported before all schemas, which look at it as they are made.
z.config({ jitless: true });
