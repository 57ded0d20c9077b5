# What the Windows installer does beyond electron-builder's own. ASCII only: without a mark, NSIS reads
# other letters in the code page of whoever builds.

!macro customHeader
  !ifdef BUILD_UNINSTALLER
    LangString askAboutData ${LANG_ENGLISH} "Do you also want to delete Branchline's settings, history and logs of this Windows user?$\r$\n$\r$\nHead office keeps what it has. Choose No if you are going to install Branchline again."
    LangString askAboutData ${LANG_INDONESIAN} "Hapus juga pengaturan, riwayat, dan log Branchline milik pengguna Windows ini?$\r$\n$\r$\nData di kantor pusat tetap ada. Pilih Tidak jika Branchline akan dipasang lagi."
  !endif
!macroend

# A new version begins by uninstalling the old one: that is not the moment to ask. Silently, data stays.
!macro customUnInstall
  ${ifNot} ${isUpdated}
    MessageBox MB_YESNO|MB_ICONQUESTION|MB_DEFBUTTON2 "$(askAboutData)" /SD IDNO IDNO keepData
    # The installation is for all users, their data is their own.
    SetShellVarContext current
    RMDir /r "$APPDATA\Branchline"
    SetShellVarContext all
    keepData:
  ${endIf}
!macroend
