/** Why an export cannot be written or read. */
export const exportUsages = {
  export_exists: {
    what: '{{file}} is there already.',
    means: 'An export never replaces a file. Nothing was written.',
    next: 'Choose another name for --to, or remove that file and its further parts.',
  },
  export_missing: {
    what: 'There is no file {{file}}.',
    means: 'Nothing was imported.',
    next: 'Give the first part of the export, the one without a number at its end. All parts must be in one folder.',
  },
  export_unfinished: {
    what: 'The export {{file}} was not finished.',
    means: 'It lacks tables or rows. Nothing was imported.',
    next: 'Run the same "branchline export" again at the branch: it goes on where it stopped.',
  },
  export_part_missing: {
    what: 'A part of the export is missing: {{part}}. Or the part before it was cut off.',
    means: 'Without it the export cannot be used.',
    next: 'Copy all parts of {{file}} into one folder again, and compare their sizes with those at the branch.',
  },
  export_part_other: {
    what: '{{part}} is not part {{number}} of the export {{file}}.',
    means: 'Parts were renamed, or come from different exports. Nothing was imported.',
    next: 'Copy all parts again under the names that they have at the branch.',
  },
  export_foreign: {
    what: '{{file}} is not an export of Branchline.',
    means: 'It does not begin like one. Nothing was read from it.',
    next: 'Give the file that "branchline export" has written.',
  },
  export_newer: {
    what: '{{file}} was written by a newer version of Branchline (format {{format}}; this one knows {{known}}).',
    means: 'This version cannot read it. Nothing was imported.',
    next: 'Update Branchline on this computer, then import the file again.',
  },
  export_damaged: {
    what: '{{file}} is damaged ({{place}}).',
    means: 'It is not what was written: bytes were changed, lost or put in another order.',
    next: 'Copy it from the branch again. If the copy there is damaged too, remove it and export again.',
  },
  export_unreadable: {
    what: '{{file}} cannot be read: {{reason}}.',
    means: 'Nothing was imported.',
    next: 'Check the disk and the rights of the file, then try again.',
  },
  export_disk_full: {
    what: 'There is no room left where {{file}} is written.',
    means: 'What is written so far is kept.',
    next: 'Make room there, then run the same command again: the export goes on where it stopped.',
  },
  export_unwritable: {
    what: '{{file}} cannot be written: {{reason}}.',
    means: 'What is written so far is kept.',
    next: 'Check the disk and the rights of the folder, then run the same command again. A stick with FAT32 takes no parts of 4 GB or more (--part-size).',
  },
  export_passphrase_wrong: {
    what: 'The passphrase does not open {{file}}.',
    means: 'It is another one than that with which the export was begun.',
    next: 'Ask the branch for the passphrase, and try again.',
  },
  export_passphrase_unfit: {
    what: 'The passphrase is too short.',
    means:
      'Whoever finds the disk can try passphrases as fast as they like. It needs at least {{least}} characters.',
    next: 'Choose a longer one, such as five words.',
  },
  export_connection_other: {
    what: '{{file}} is an export of connection "{{found}}", not of "{{connection}}".',
    means: 'Nothing was changed.',
    next: 'Give the file of that branch, or the id "{{found}}".',
  },
  export_place_other: {
    what: 'The branch {{connection}} writes to schema "{{schema}}" in layout "{{layout}}"; the settings here say schema "{{ownSchema}}" in layout "{{ownLayout}}".',
    means:
      'The rows would go where the next sync of the branch does not look for them. Nothing was imported.',
    next: 'Set "layout" and "schema" of "central" in the settings here as in those of the branch, then import again.',
  },
  export_source_changed: {
    what: 'The database of {{connection}} is another one than that with which the export {{file}} was begun.',
    means: 'The export cannot go on with it.',
    next: 'If that is right, begin a new export under another name.',
  },
  export_path_relative: {
    what: '{{file}} is not a full path.',
    means: 'Branchline has no current folder from which it could begin. Nothing was written or read.',
    next: 'Give the full path, such as /media/stick or E:\\.',
  },
  export_path_reserved: {
    what: '{{file}} is in the folder in which Branchline keeps its own files.',
    means: 'An export there could stand in their way. Nothing was written.',
    next: 'Choose another folder, on the disk that is to be carried.',
  },
  export_path_not_chosen: {
    what: '{{file}} was not chosen in the dialog of this window.',
    means: 'Nothing was written or read.',
    next: 'Choose the folder or the file with the button.',
  },
  batch_imported: {
    what: 'Batch {{batch}} was an import of {{file}}.',
    means: 'Its rows come from that file, and not over the link, so it cannot be resumed. Nothing was run.',
    next: 'Import the file again: tables that are done are left alone.',
  },
} as const;

/** Why a table of an exported file could not be imported. */
export const exportFailures = {
  exported_rows_damaged: {
    sentence: 'The exported file {{file}} is damaged ({{place}}). The rows before that have arrived.',
    next: 'Copy the file from the branch again, then import it again: it goes on behind these rows.',
  },
  exported_rows_unreadable: {
    sentence:
      'The exported file of {{connection}} could not be read any further. The rows before that have arrived.',
    next: 'Check the disk it is on, then import it again: it goes on behind these rows.',
  },
  exported_first_load_only: {
    sentence:
      'Head office has rows of {{table}} that do not come from this file, and a file cannot be compared with them. It serves a first load only.',
    next: 'Let the branch {{connection}} sync: its next sync-all compares the table, if it has to, and sends what differs.',
  },
} as const;

/** What `export` and `import` print. */
export const exportCli = {
  passphrase: 'Passphrase of the export: ',
  passphraseAgain: 'The same again: ',
  passphrasesDiffer: 'the two passphrases differ',
  passphraseFile: 'cannot be read: {{reason}}',
  partSize: 'must be a size such as 2GB or 700MB, of at least 8MB',
  written_one: 'Exported 1 table, {{rows}} rows, into {{file}} ({{bytes}}).',
  written_other: 'Exported {{count}} tables, {{rows}} rows, into {{file}} ({{bytes}}).',
  parts_one: 'It is one file.',
  parts_other: 'It has {{count}} parts: {{file}} to {{last}}. Head office needs all of them in one folder.',
  next: 'Bring it to head office and import it there with:',
  stopped: 'Stopped before the end. What is written is kept in {{file}}.',
  failed_one: '1 table could not be exported, so {{file}} is not complete yet.',
  failed_other: '{{count}} tables could not be exported, so {{file}} is not complete yet.',
  goOn: 'Go on with:',
  leaveOut:
    'A table that cannot be read can be left out: add it to "exclude" in the settings, then run the same command again.',
  imported: 'The next sync of the branch sends only what has changed there since {{at}}.',
  again: 'Import the file again, here, to go on: tables that are done are left alone.',
} as const;
