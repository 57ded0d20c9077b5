/** Loaded before a program under test: throws outside of everything it does, as soon as it has begun to catch that. */
const watch = setInterval(() => {
  if (process.listenerCount('uncaughtException') === 0) return;
  clearInterval(watch);
  setTimeout(
    () => {
      throw new Error('a stray error of a socket');
    },
    Number(process.env.STRAY_AFTER_MS ?? 0),
  );
  void Promise.reject(new Error('a promise that nobody waits for'));
}, 1);
watch.unref();
