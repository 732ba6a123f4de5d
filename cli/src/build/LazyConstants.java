import static java.lang.classfile.ClassFile.ACC_FINAL;
import static java.lang.classfile.ClassFile.ACC_STATIC;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.FieldModel;
import java.lang.classfile.Instruction;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Gives Jackson's four constants of type `BigDecimal` a class of their own, which is initialised when one
/// of them is asked for, and so never by nsbox.
///
/// Where Jackson has them, in a parent of every parser, the first document that a JVM reads initialises
/// `BigDecimal`; and since JDK 22 that computes 5 to the power of 65536: 21 ms without compiled code, a
/// fifth of `nsbox run`. Nothing else of Jackson changes. It fails where a version of Jackson is not as
/// described here.
///
///     java LazyConstants.java JAR
final class LazyConstants {
  private static final String PACKAGE = "com/fasterxml/jackson/core/base";
  private static final ClassDesc HOLDER = ClassDesc.ofInternalName(PACKAGE + "/DecimalBounds");
  private static final ClassDesc DECIMAL = ClassDesc.of("java.math.BigDecimal");
  private static final List<String> CONSTANTS =
      List.of("BD_MIN_LONG", "BD_MAX_LONG", "BD_MIN_INT", "BD_MAX_INT");

  private static final ClassFile FILES = ClassFile.of();

  private LazyConstants() {}

  public static void main(String[] arguments) throws IOException {
    try (FileSystem jar = FileSystems.newFileSystem(Path.of(arguments[0]))) {
      Path folder = jar.getPath(PACKAGE);
      Path parent = folder.resolve("ParserMinimalBase.class");
      Path holder = folder.resolve("DecimalBounds.class");
      Files.write(holder, holder(FILES.parse(Files.readAllBytes(parent))));
      Files.setLastModifiedTime(holder, Files.getLastModifiedTime(parent));
      rewrite(parent, removal().andThen(redirection()));
      try (Stream<Path> others = Files.list(folder)) {
        for (Path other : others.filter(it -> !it.endsWith("ParserMinimalBase.class")).toList()) {
          rewrite(other, redirection());
        }
      }
    }
  }

  private static void rewrite(Path file, ClassTransform transform) throws IOException {
    FileTime time = Files.getLastModifiedTime(file);
    Files.write(file, FILES.transformClass(FILES.parse(Files.readAllBytes(file)), transform));
    Files.setLastModifiedTime(file, time);
  }

  private static byte[] holder(ClassModel parent) {
    List<Instruction> initialiser = new ArrayList<>();
    CodeSplit split = new CodeSplit();
    for (MethodModel method : parent.methods()) {
      if (isInitialiser(method)) {
        method.code().orElseThrow().forEach(
            it -> {
              if (split.isOfConstant(it)) {
                initialiser.add((Instruction) it);
              }
            });
      }
    }
    if (!split.found.equals(CONSTANTS)) {
      throw new IllegalStateException("this Jackson has other constants: " + split.found);
    }
    return FILES.build(
        HOLDER,
        type -> {
          CONSTANTS.forEach(it -> type.withField(it, DECIMAL, ACC_STATIC | ACC_FINAL));
          type.withMethodBody(
              ConstantDescs.CLASS_INIT_NAME,
              ConstantDescs.MTD_void,
              ACC_STATIC,
              code -> {
                for (Instruction instruction : initialiser) {
                  if (instruction instanceof FieldInstruction field && field.opcode() == Opcode.PUTSTATIC) {
                    code.putstatic(HOLDER, field.name().stringValue(), DECIMAL);
                  } else {
                    code.with(instruction);
                  }
                }
                code.return_();
              });
        });
  }

  /// Takes the constants out of their class.
  private static ClassTransform removal() {
    CodeSplit split = new CodeSplit();
    CodeTransform code =
        (builder, element) -> {
          if (!split.isOfConstant(element)) {
            builder.with(element);
          }
        };
    return ClassTransform.dropping(
            it -> it instanceof FieldModel field && CONSTANTS.contains(field.fieldName().stringValue()))
        .andThen(ClassTransform.transformingMethodBodies(LazyConstants::isInitialiser, code));
  }

  /// Reads them from their new place.
  private static ClassTransform redirection() {
    return ClassTransform.transformingMethodBodies(
        (builder, element) -> {
          if (element instanceof FieldInstruction field
              && CONSTANTS.contains(field.name().stringValue())
              && field.opcode() == Opcode.GETSTATIC) {
            builder.getstatic(HOLDER, field.name().stringValue(), DECIMAL);
          } else {
            builder.with(element);
          }
        });
  }

  private static boolean isInitialiser(MethodModel method) {
    return method.methodName().equalsString(ConstantDescs.CLASS_INIT_NAME);
  }

  /// Tells instructions that make a constant, from `new BigDecimal` to the store in its field.
  private static final class CodeSplit {
    private final List<String> found = new ArrayList<>();
    private boolean within;

    boolean isOfConstant(CodeElement element) {
      if (!(element instanceof Instruction)) {
        return false;
      }
      if (element instanceof NewObjectInstruction made && made.className().asSymbol().equals(DECIMAL)) {
        within = true;
      }
      boolean is = within;
      if (element instanceof FieldInstruction field && field.opcode() == Opcode.PUTSTATIC) {
        if (within) {
          found.add(field.name().stringValue());
        }
        within = false;
      }
      return is;
    }
  }
}
