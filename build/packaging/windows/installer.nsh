; What the Windows installer writes into the registry beside electron-builder's own entries, and takes
; back. electron-builder's macros for file types make a program the opener of every extension at once,
; of .iso and .vhd too, which Windows mounts by itself, and leave that behind. Here Lamina is offered in
; "Open with" and in the settings for default apps; SHCTX is the user's part of the registry, or the
; machine's when it is installed for all users.

!include "LogicLib.nsh"
!include "WinMessages.nsh"
!include "WordFunc.nsh"
; laminaEachFormat, laminaEachExtension, laminaEachFreeExtension, laminaEachPacked: made by
; windows-files.mjs of what the engine reads.
!include "lamina-formats.nsh"

!define LAMINA_CLASSES "Software\Classes"
!define LAMINA_APPLICATION "${LAMINA_CLASSES}\Applications\${PRODUCT_FILENAME}.exe"
; Below the key that electron-builder's uninstaller deletes; deleted here all the same.
!define LAMINA_CAPABILITIES "Software\${APP_GUID}\Capabilities"
!define LAMINA_OPEN '"$INSTDIR\${PRODUCT_FILENAME}.exe" "%1"'

!macro customInstall
  Push $R0
  Push $R1
  Push $R2
  WriteRegStr SHCTX "${LAMINA_APPLICATION}" "FriendlyAppName" "${PRODUCT_NAME}"
  WriteRegStr SHCTX "${LAMINA_APPLICATION}\shell\open\command" "" '${LAMINA_OPEN}'
  WriteRegStr SHCTX "${LAMINA_CAPABILITIES}" "ApplicationName" "${PRODUCT_NAME}"
  WriteRegStr SHCTX "${LAMINA_CAPABILITIES}" "ApplicationDescription" "${APP_DESCRIPTION}"
  WriteRegStr SHCTX "Software\RegisteredApplications" "${PRODUCT_NAME}" "${LAMINA_CAPABILITIES}"
  !insertmacro laminaEachFormat laminaAddFormat
  !insertmacro laminaEachExtension laminaAddExtension
  !insertmacro laminaEachFreeExtension laminaTakeIfFree
  !insertmacro laminaEachPacked laminaAddPacked
  !insertmacro laminaAddToPath
  !insertmacro laminaTellExplorer
  Pop $R2
  Pop $R1
  Pop $R0
!macroend

!macro customUnInstall
  Push $R0
  Push $R1
  Push $R2
  !insertmacro laminaEachFreeExtension laminaGiveBack
  !insertmacro laminaEachExtension laminaRemoveExtension
  !insertmacro laminaEachFormat laminaRemoveFormat
  DeleteRegValue SHCTX "Software\RegisteredApplications" "${PRODUCT_NAME}"
  DeleteRegKey SHCTX "${LAMINA_CAPABILITIES}"
  DeleteRegKey SHCTX "${LAMINA_APPLICATION}"
  !insertmacro laminaDeleteIfEmpty "Software\RegisteredApplications"
  !insertmacro laminaDeleteIfEmpty "${LAMINA_CLASSES}\Applications"
  !insertmacro laminaRemoveFromPath
  !insertmacro laminaTellExplorer
  Pop $R2
  Pop $R1
  Pop $R0
!macroend

!macro laminaAddFormat PROGID DESCRIPTION
  WriteRegStr SHCTX "${LAMINA_CLASSES}\${PROGID}" "" "${DESCRIPTION}"
  WriteRegStr SHCTX "${LAMINA_CLASSES}\${PROGID}\DefaultIcon" "" "$INSTDIR\resources\disk-image.ico"
  WriteRegStr SHCTX "${LAMINA_CLASSES}\${PROGID}\shell\open\command" "" '${LAMINA_OPEN}'
!macroend

!macro laminaRemoveFormat PROGID DESCRIPTION
  DeleteRegKey SHCTX "${LAMINA_CLASSES}\${PROGID}"
!macroend

!macro laminaAddExtension EXTENSION PROGID
  WriteRegNone SHCTX "${LAMINA_CLASSES}\.${EXTENSION}\OpenWithProgids" "${PROGID}"
  WriteRegStr SHCTX "${LAMINA_APPLICATION}\SupportedTypes" ".${EXTENSION}" ""
  WriteRegStr SHCTX "${LAMINA_CAPABILITIES}\FileAssociations" ".${EXTENSION}" "${PROGID}"
!macroend

!macro laminaRemoveExtension EXTENSION PROGID
  DeleteRegValue SHCTX "${LAMINA_CLASSES}\.${EXTENSION}\OpenWithProgids" "${PROGID}"
  !insertmacro laminaDeleteIfEmpty "${LAMINA_CLASSES}\.${EXTENSION}\OpenWithProgids"
  !insertmacro laminaDeleteIfEmpty "${LAMINA_CLASSES}\.${EXTENSION}"
!macroend

; Archives and compressed files: Lamina is among the programs that can open one, and no more.
!macro laminaAddPacked EXTENSION
  WriteRegStr SHCTX "${LAMINA_APPLICATION}\SupportedTypes" ".${EXTENSION}" ""
!macroend

!macro laminaTakeIfFree EXTENSION PROGID
  ReadRegStr $R0 HKCR ".${EXTENSION}" ""
  ${If} $R0 == ""
    WriteRegStr SHCTX "${LAMINA_CLASSES}\.${EXTENSION}" "" "${PROGID}"
  ${EndIf}
!macroend

!macro laminaGiveBack EXTENSION PROGID
  ReadRegStr $R0 SHCTX "${LAMINA_CLASSES}\.${EXTENSION}" ""
  ${If} $R0 == "${PROGID}"
    DeleteRegValue SHCTX "${LAMINA_CLASSES}\.${EXTENSION}" ""
  ${EndIf}
!macroend

; /ifempty looks at the keys below only. That there is no value either, EnumRegValue tells by an error: the
; name of a key's own value is empty.
!macro laminaDeleteIfEmpty KEY
  ClearErrors
  EnumRegValue $R0 SHCTX "${KEY}" 0
  ${If} ${Errors}
    DeleteRegKey /ifempty SHCTX "${KEY}"
  ${EndIf}
  ClearErrors
!macroend

; $R1: the key of the environment that new programs get. $R0: its Path, not expanded; empty when there is
; none or when it is longer than NSIS can hold: then it is left alone, whatever is missing from it.
!macro laminaReadPath
  ${If} $installMode == "all"
    StrCpy $R1 "SYSTEM\CurrentControlSet\Control\Session Manager\Environment"
  ${Else}
    StrCpy $R1 "Environment"
  ${EndIf}
  ReadRegStr $R0 SHCTX "$R1" "Path"
!macroend

!macro laminaAddToPath
  !insertmacro laminaReadPath
  StrLen $R2 "$R0;$INSTDIR\bin"
  ${If} $R0 != ""
  ${AndIf} $R2 < ${LAMINA_LONGEST_PATH}
    ${WordAdd} "$R0" ";" "+$INSTDIR\bin" $R2
    !insertmacro laminaWritePath
  ${EndIf}
!macroend

!macro laminaRemoveFromPath
  !insertmacro laminaReadPath
  ${If} $R0 != ""
    ${un.WordAdd} "$R0" ";" "-$INSTDIR\bin" $R2
    !insertmacro laminaWritePath
  ${EndIf}
!macroend

; Writes $R2 where it is not what is there.
!macro laminaWritePath
  ${If} $R2 != $R0
    WriteRegExpandStr SHCTX "$R1" "Path" "$R2"
    SendMessage ${HWND_BROADCAST} ${WM_SETTINGCHANGE} 0 "STR:Environment" /TIMEOUT=5000
  ${EndIf}
!macroend

!macro laminaTellExplorer
  ; SHCNE_ASSOCCHANGED
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
!macroend

; NSIS cuts longer strings. WordAdd puts delimiters around what it is given.
!define /math LAMINA_LONGEST_PATH ${NSIS_MAX_STRLEN} - 16
