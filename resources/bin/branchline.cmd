@echo off
rem The command line of an installed Branchline: the program itself, run as Node.
setlocal
rem What a person has set for a Node of their own is not meant for this one.
set NODE_OPTIONS=
set ELECTRON_RUN_AS_NODE=1
"%~dp0..\..\Branchline.exe" "%~dp0..\app.asar\out\cli\branchline.cjs" %*
exit /b %ERRORLEVEL%
