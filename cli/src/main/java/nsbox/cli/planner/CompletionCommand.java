package nsbox.cli.planner;

import static nsbox.cli.Model.positionals;

import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox completion`: the script with which a shell completes commands, options and the names that
/// there are.
final class CompletionCommand implements Command {
  private static final String BASH =
      """
      # nsbox completion for bash; load it with: source <(nsbox completion bash)
      _nsbox() {
        local line=${COMP_LINE:0:COMP_POINT} words out directive last
        read -ra words <<<"$line"
        [[ $line == *[[:space:]] ]] && words+=("")
        out=$("${words[0]}" __complete -- "${words[@]:1}" 2>/dev/null) || return
        directive=${out##*$'\\n'}
        out=${out%"$directive"}
        COMPREPLY=()
        while IFS= read -r last; do
          [[ -n $last ]] && COMPREPLY+=("$last")
        done <<<"$out"
        last=${words[${#words[@]}-1]}
        if [[ $directive == ":0" && ${#COMPREPLY[@]} -eq 0 ]]; then
          compopt -o default 2>/dev/null
        elif [[ $last == *:* && $COMP_WORDBREAKS == *:* ]]; then
          # Bash takes what stands before a colon for another word.
          COMPREPLY=("${COMPREPLY[@]#"${last%"${last##*:}"}"}")
        fi
      }
      complete -F _nsbox nsbox
      """;

  private static final String ZSH =
      """
      #compdef nsbox
      # nsbox completion for zsh; load it with: source <(nsbox completion zsh)
      _nsbox() {
        local -a out
        out=("${(@f)$(${words[1]} __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
        local directive=${out[-1]}
        out[-1]=()
        (( ${#out} )) && compadd -- "${out[@]}"
        [[ $directive == ":0" ]] && _files
      }
      compdef _nsbox nsbox
      """;

  private static final String FISH =
      """
      # nsbox completion for fish; load it with: nsbox completion fish | source
      function __nsbox_complete
        set -l words (commandline -opc) (commandline -ct)
        nsbox __complete -- $words[2..-1] 2>/dev/null
      end
      complete -c nsbox -n '__nsbox_complete | string match -q ":4"' -f
      complete -c nsbox -a '(__nsbox_complete | string match -v ":*")'
      """;

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "completion",
            "SHELL",
            "Print the script with which a shell completes what is typed behind nsbox.");
    spec.addPositional(Model.parameters("SHELL", "1", "bash, zsh or fish"));
    return spec;
  }

  @Override
  public boolean needsRoot() {
    return false;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    String shell = positionals(parsed).getFirst();
    session
        .front()
        .out(
            switch (shell) {
              case "bash" -> BASH;
              case "zsh" -> ZSH;
              case "fish" -> FISH;
              default ->
                  throw new Failure(
                      "completion " + shell + ": there are scripts for bash, zsh and fish");
            });
    return 0;
  }
}
