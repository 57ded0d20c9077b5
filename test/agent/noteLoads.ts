import { registerHooks } from 'node:module';

// Given to node with --import: tells which packages a command loads.
registerHooks({
  resolve: (specifier, context, next) => {
    if (/^(@fastify\/|fastify$)/.test(specifier)) process.stderr.write(`loads ${specifier}\n`);
    return next(specifier, context);
  },
});
