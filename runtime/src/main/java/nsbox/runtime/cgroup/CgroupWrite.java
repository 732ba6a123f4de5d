package nsbox.runtime.cgroup;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;

/// One value for the kernel: a step of a launch program, or done at once in an update.
///
/// @param field of `linux.resources`, such as `memory.limit`
/// @param choices the first whose file is there is written: schedulers differ in the names of
///   theirs
/// @param optional where no file is there, nothing is lost
public record CgroupWrite(String field, List<Choice> choices, boolean optional) {

  /// @param path of a file of a cgroup
  /// @param text in one write
  public record Choice(String path, String text) {}

  static CgroupWrite of(String field, String directory, String file, String text) {
    return new CgroupWrite(field, List.of(choice(directory, file, text)), false);
  }

  /// A write that may be left out where the kernel has no such file.
  static CgroupWrite optional(String field, String directory, String file, String text) {
    return new CgroupWrite(field, List.of(choice(directory, file, text)), true);
  }

  static Choice choice(String directory, String file, String text) {
    return new Choice(directory + "/" + file, text);
  }

  /// What it does, for people.
  public String label() {
    StringBuilder label = new StringBuilder("apply linux.resources.").append(field).append(": ");
    for (int i = 0; i < choices.size(); i++) {
      Choice choice = choices.get(i);
      String file = choice.path().substring(choice.path().lastIndexOf('/') + 1);
      label.append(i == 0 ? "" : ", or ").append(choice.text()).append(" to ").append(file);
    }
    return label.toString();
  }

  public void addTo(Instructions steps) {
    if (choices.size() == 1) {
      steps.addIgnoring(
          optional ? Instruction.MISSING : 0,
          label(),
          Opcode.WRITE_FILE,
          choices.getFirst().path(),
          choices.getFirst().text().getBytes(StandardCharsets.UTF_8),
          0,
          0);
      return;
    }
    List<String> paths = new ArrayList<>();
    List<String> texts = new ArrayList<>();
    for (Choice choice : choices) {
      paths.add(choice.path());
      texts.add(choice.text());
    }
    steps.addIgnoring(
        optional ? Instruction.MISSING : 0, label(), Opcode.WRITE_FIRST, paths, texts);
  }

  /// @throws IOException if the kernel refuses; the message names the field, the value and the file
  public void perform() throws IOException {
    for (Choice choice : choices) {
      Path file = Path.of(choice.path());
      try {
        Files.write(file, choice.text().getBytes(StandardCharsets.UTF_8), StandardOpenOption.WRITE);
        return;
      } catch (NoSuchFileException e) {
        /* The next one may be there. */
        continue;
      } catch (IOException e) {
        throw new IOException(label() + ": " + e.getMessage(), e);
      }
    }
    if (!optional) {
      throw new IOException(label() + ": this kernel has no such file");
    }
  }
}
