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
  copiedDetail:
    'If this computer takes the place of the other one, that one must stay switched off. If both are to work, this one becomes an installation of its own, and all its connections are switched off: remove those that belong to the other one, and switch on those that it does not sync.',
  copiedKeep: 'Take its place',
  copiedNew: 'New installation',
  goOn: 'Go on in the background',
  quit: 'Quit',
} as const;
