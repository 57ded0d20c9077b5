/** What is asked before the program ends. */
export const quit = {
  message: 'Branchline is copying right now.',
  detail:
    'It can finish the piece that it is at, which takes some seconds, and quit. What is left goes on by itself at the next start.',
  finish: 'Finish the piece and quit',
  stay: 'Keep running',
  noTrayMessage: 'This desktop shows no tray icons.',
  noTrayDetail:
    'Branchline can go on in the background; start it again to see this window. Or it can quit, and then copies nothing until you start it.',
  goOn: 'Go on in the background',
  quit: 'Quit',
} as const;
